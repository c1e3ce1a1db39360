//! What a person does with the frame of a window, for a screen on which no window manager draws frames.

use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState, Window};
use x11rb::rust_connection::RustConnection;

pub(crate) type Answer<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Clicks the close button of the one window on `display`, which may take a moment to appear.
pub(crate) async fn close_window_on(display: &str) {
    let (screen, _) = x11rb::connect(Some(display)).unwrap();
    let closed = async {
        while !close_any(&screen).unwrap() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), closed).await.expect("no window appeared within 15 s");
}

fn close_any(screen: &RustConnection) -> Answer<bool> {
    let Some(window) = closable(screen)?.pop() else { return Ok(false) };
    let [protocols, delete] =
        [b"WM_PROTOCOLS".as_slice(), b"WM_DELETE_WINDOW"].map(|name| atom(screen, name));
    let message = ClientMessageEvent::new(32, window, protocols?, [delete?, x11rb::CURRENT_TIME, 0, 0, 0]);
    // Wait for the answer: a connection that goes too early takes its last message with it.
    screen.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
    Ok(true)
}

/// Visible windows that can be asked to close.
pub(crate) fn closable(screen: &RustConnection) -> Answer<Vec<Window>> {
    let root = screen.setup().roots[0].root;
    let (protocols, delete) = (atom(screen, b"WM_PROTOCOLS")?, atom(screen, b"WM_DELETE_WINDOW")?);
    let mut found = Vec::new();
    for window in screen.query_tree(root)?.reply()?.children {
        // A window may go between two questions.
        let Ok(attributes) = screen.get_window_attributes(window)?.reply() else { continue };
        let Ok(known) = screen.get_property(false, window, protocols, AtomEnum::ATOM, 0, 64)?.reply() else {
            continue;
        };
        let deletable = known.value32().is_some_and(|mut atoms| atoms.any(|atom| atom == delete));
        if attributes.map_state == MapState::VIEWABLE && deletable {
            found.push(window);
        }
    }
    Ok(found)
}

pub(crate) fn atom(screen: &RustConnection, name: &[u8]) -> Answer<u32> {
    Ok(screen.intern_atom(false, name)?.reply()?.atom)
}
