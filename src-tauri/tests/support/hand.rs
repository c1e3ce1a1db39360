//! What a person does across programs: copy, paste, drag a file. The part of the other program is played here.

use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, InputFocus,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, PropMode, SELECTION_NOTIFY_EVENT, SelectionNotifyEvent,
    SelectionRequestEvent, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, CURRENT_TIME, NONE};

use super::screen::{Answer, atom, closable};

/// Where on the screen files are let go of: in the middle of the list.
const DROP_AT: (u32, u32) = (400, 500);
/// The version of the protocol of dragging.
const XDND: u32 = 5;

/// Another program, with a window that nobody sees.
struct Other {
    screen: RustConnection,
    window: Window,
}

/// Offers `text` on the clipboard for as long as the screen is there.
pub(crate) fn copy(display: &str, text: &str) {
    let other = Other::start(display).unwrap();
    other.own(b"CLIPBOARD").unwrap();
    let text = text.as_bytes().to_vec();
    std::thread::spawn(move || other.give(b"UTF8_STRING", &text, |_| false));
}

/// Asks the program that owns the clipboard for its text.
pub(crate) async fn clipboard(display: &str) -> Option<String> {
    let other = Other::start(display).unwrap();
    let into = atom(&other.screen, b"DEBRIEF_TEST").unwrap();
    let asked = [b"CLIPBOARD".as_slice(), b"UTF8_STRING"].map(|name| atom(&other.screen, name).unwrap());
    other.screen.convert_selection(other.window, asked[0], asked[1], into, CURRENT_TIME).unwrap();
    other.screen.flush().unwrap();
    tokio::task::spawn_blocking(move || {
        while let Ok(event) = other.screen.wait_for_event() {
            if let Event::SelectionNotify(answer) = event {
                if answer.property == NONE {
                    return None;
                }
                let held = other.screen.get_property(true, other.window, into, AtomEnum::ANY, 0, 1 << 16);
                return String::from_utf8(held.ok()?.reply().ok()?.value).ok();
            }
        }
        None
    })
    .await
    .unwrap()
}

/// Gives the window the keyboard and presses Ctrl and `letter`.
pub(crate) fn press_ctrl(display: &str, letter: char) {
    let other = Other::start(display).unwrap();
    let target = other.target().unwrap();
    other.screen.set_input_focus(InputFocus::PARENT, target, CURRENT_TIME).unwrap().check().unwrap();
    let control = other.key(0xffe3).unwrap();
    let letter = other.key(u32::from(letter)).unwrap();
    for (kind, key) in [
        (KEY_PRESS_EVENT, control),
        (KEY_PRESS_EVENT, letter),
        (KEY_RELEASE_EVENT, letter),
        (KEY_RELEASE_EVENT, control),
    ] {
        other.screen.xtest_fake_input(kind, key, 0, NONE, 0, 0, 0).unwrap().check().unwrap();
    }
}

/// Plays the file manager: enter, hover until the window says that it takes files, let go, hand the file over.
pub(crate) async fn drop_file(display: &str, path: &str) {
    let other = Other::start(display).unwrap();
    let list = format!("file://{}\r\n", path.replace(' ', "%20"));
    let dropped = tokio::task::spawn_blocking(move || other.drag(list.as_bytes()).unwrap());
    tokio::time::timeout(Duration::from_secs(30), dropped).await.expect("the window took no file").unwrap();
}

impl Other {
    fn start(display: &str) -> Answer<Other> {
        let (screen, number) = x11rb::connect(Some(display))?;
        let root = screen.setup().roots[number].root;
        let window = screen.generate_id()?;
        let look = CreateWindowAux::new();
        let class = WindowClass::INPUT_OUTPUT;
        screen
            .create_window(COPY_DEPTH_FROM_PARENT, window, root, 0, 0, 1, 1, 0, class, 0, &look)?
            .check()?;
        Ok(Other { screen, window })
    }

    fn own(&self, selection: &[u8]) -> Answer<()> {
        let selection = atom(&self.screen, selection)?;
        Ok(self.screen.set_selection_owner(self.window, selection, CURRENT_TIME)?.check()?)
    }

    /// The window of the app.
    fn target(&self) -> Answer<Window> {
        closable(&self.screen)?.pop().ok_or_else(|| "no window is open".into())
    }

    /// The key that `symbol` is on.
    fn key(&self, symbol: u32) -> Answer<u8> {
        let setup = self.screen.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let keys = self.screen.get_keyboard_mapping(first, last - first + 1)?.reply()?;
        let at = keys.keysyms.iter().position(|on| *on == symbol).ok_or("no such key")?;
        Ok(first + u8::try_from(at / usize::from(keys.keysyms_per_keycode))?)
    }

    fn drag(&self, list: &[u8]) -> Answer<()> {
        self.own(b"XdndSelection")?;
        let target = self.target()?;
        let kind = atom(&self.screen, b"text/uri-list")?;
        let copy = atom(&self.screen, b"XdndActionCopy")?;
        let at = DROP_AT.0 << 16 | DROP_AT.1;
        self.say(target, b"XdndEnter", [XDND << 24, kind, NONE, NONE])?;
        self.say(target, b"XdndPosition", [0, at, CURRENT_TIME, copy])?;
        let (status, finished) = (atom(&self.screen, b"XdndStatus")?, atom(&self.screen, b"XdndFinished")?);
        let mut let_go = false;
        self.give(b"text/uri-list", list, |message| {
            let takes = message.type_ == status && message.data.as_data32()[1] & 1 == 1;
            if message.type_ == status && !let_go {
                // A window that has not yet looked at the file says no at first.
                let again = (b"XdndPosition".as_slice(), [0, at, CURRENT_TIME, copy]);
                let next = if takes { (b"XdndDrop".as_slice(), [0, CURRENT_TIME, 0, 0]) } else { again };
                let_go = takes;
                self.say(target, next.0, next.1).expect("the screen is there");
            }
            message.type_ == finished
        })
    }

    /// Sends a message of the protocol of dragging.
    fn say(&self, target: Window, what: &[u8], rest: [u32; 4]) -> Answer<()> {
        let data = [self.window, rest[0], rest[1], rest[2], rest[3]];
        let message = ClientMessageEvent::new(32, target, atom(&self.screen, what)?, data);
        Ok(self.screen.send_event(false, target, EventMask::NO_EVENT, message)?.check()?)
    }

    /// Hands `data` of type `kind` to whoever asks, until `is_last` says so of a message, or the screen goes.
    fn give(
        &self,
        kind: &[u8],
        data: &[u8],
        mut is_last: impl FnMut(&ClientMessageEvent) -> bool,
    ) -> Answer<()> {
        let (kind, targets) = (atom(&self.screen, kind)?, atom(&self.screen, b"TARGETS")?);
        loop {
            match self.screen.wait_for_event()? {
                Event::SelectionRequest(asked) => self.answer(&asked, kind, targets, data)?,
                Event::ClientMessage(message) if is_last(&message) => return Ok(()),
                _ => {} // The rest is not for this program.
            }
        }
    }

    fn answer(&self, asked: &SelectionRequestEvent, kind: Atom, targets: Atom, data: &[u8]) -> Answer<()> {
        let (to, into, screen) = (asked.requestor, asked.property, &self.screen);
        let mut property = into;
        if asked.target == targets {
            screen.change_property32(PropMode::REPLACE, to, into, AtomEnum::ATOM, &[targets, kind])?;
        } else if asked.target == kind {
            screen.change_property8(PropMode::REPLACE, to, into, kind, data)?;
        } else {
            property = NONE;
        }
        let notice = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: to,
            selection: asked.selection,
            target: asked.target,
            property,
        };
        Ok(screen.send_event(false, to, EventMask::NO_EVENT, notice)?.check()?)
    }
}
