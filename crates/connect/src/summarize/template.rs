//! Templates: the built-in ones, and files of the person's own that add to them or replace them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use debrief_core::failure::{Failure, FailureCode};
use debrief_core::minutes::{Brief, language, prompt};
use debrief_core::template::{NotesPart, Template};
use debrief_core::transcript::{EngineLabel, Speaker, Transcript};

/// Ids and texts of the templates that Debrief comes with, the one for everything first.
const BUILT_IN: [(&str, &str); 6] = [
    ("meeting", include_str!("templates/meeting.toml")),
    ("stand-up", include_str!("templates/stand-up.toml")),
    ("sales-call", include_str!("templates/sales-call.toml")),
    ("interview", include_str!("templates/interview.toml")),
    ("lecture", include_str!("templates/lecture.toml")),
    ("voice-memo", include_str!("templates/voice-memo.toml")),
];

/// The most bytes of a template's file: more is none.
const LARGEST_BYTES: u64 = 64 * 1024;
/// The most files of a folder that are read.
const MOST_FILES: usize = 200;

/// A template with where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The template.
    pub template: Template,
    /// The person's own file; `None` for a built-in one.
    pub file: Option<PathBuf>,
    /// Whether there is a built-in one of this id, which a file of the person's own stands before.
    pub built_in: bool,
}

/// A file of the person's own that is no template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it, for people, with the line where there is one.
    pub problem: String,
}

/// The built-in templates and the folder of the person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    folder: PathBuf,
}

/// The template for everything.
pub fn meeting() -> Template {
    let (id, text) = BUILT_IN[0];
    read(id, text).expect("the built-in templates are tested")
}

impl Templates {
    /// Templates with the files of `folder`, which needn't exist yet.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Templates { folder: folder.into() }
    }

    /// Where the person's own files lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every template: the built-in ones in their order, then others by name; and the files that can't be read.
    pub fn all(&self) -> (Vec<Kept>, Vec<Unreadable>) {
        let mut kept: Vec<Kept> = BUILT_IN
            .iter()
            .map(|(id, text)| Kept {
                template: read(id, text).expect("the built-in templates are tested"),
                file: None,
                built_in: true,
            })
            .collect();
        let mut unreadable = Vec::new();
        let mut own = Vec::new();
        for file in self.files() {
            match read_file(&file) {
                Ok(template) => match kept.iter_mut().find(|other| other.template.id == template.id) {
                    Some(replaced) => *replaced = Kept { template, file: Some(file), built_in: true },
                    None => own.push(Kept { template, file: Some(file), built_in: false }),
                },
                Err(problem) => unreadable.push(Unreadable { file, problem }),
            }
        }
        own.sort_by_key(|kept| kept.template.name.to_lowercase());
        kept.extend(own);
        (kept, unreadable)
    }

    /// The template with that id.
    ///
    /// # Errors
    /// There is none, or its file can't be read.
    pub fn get(&self, id: &str) -> Result<Template, Failure> {
        let (kept, unreadable) = self.all();
        let stem = |file: &Path| file.file_stem().is_some_and(|stem| stem == id);
        if let Some(broken) = unreadable.into_iter().find(|broken| stem(&broken.file)) {
            return Err(Failure::never(
                FailureCode::BadSettings,
                format!("The template {} can't be read: {}", broken.file.display(), broken.problem),
                "Correct the file, or remove it.",
            ));
        }
        kept.into_iter()
            .map(|kept| kept.template)
            .find(|template| template.id == id)
            .ok_or_else(|| no_such(id))
    }

    /// Writes a copy of a template to a new file of the person's own, to be changed there.
    ///
    /// # Errors
    /// There is no such template, or the file can't be written.
    pub fn copy(&self, id: &str) -> Result<PathBuf, Failure> {
        let (kept, _) = self.all();
        let kept = kept.into_iter().find(|kept| kept.template.id == id).ok_or_else(|| no_such(id))?;
        // A built-in one has remarks that help to change it.
        let text = match &kept.file {
            Some(file) => std::fs::read_to_string(file).map_err(|error| unwritable(file, &error))?,
            None => BUILT_IN.iter().find(|(other, _)| *other == id).expect("it is built in").1.to_owned(),
        };
        std::fs::create_dir_all(&self.folder).map_err(|error| unwritable(&self.folder, &error))?;
        for number in 2..1_000 {
            let path = self.folder.join(format!("{id}-{number}.toml"));
            if path.exists() {
                continue;
            }
            let text = renamed(&text, number);
            let mut file =
                tempfile::NamedTempFile::new_in(&self.folder).map_err(|error| unwritable(&path, &error))?;
            let written = file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all());
            written.map_err(|error| unwritable(&path, &error))?;
            match file.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                // Somebody else was faster: the next number.
                Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unwritable(&path, &error.error)),
            }
        }
        Err(Failure::never(
            FailureCode::BadRequest,
            "There are too many copies of this template.",
            format!("Remove some of the files in {}.", self.folder.display()),
        ))
    }

    /// Removes a file of the person's own. A built-in template that it stood before is there again.
    ///
    /// # Errors
    /// There is no such file, or it can't be removed.
    pub fn remove(&self, id: &str) -> Result<(), Failure> {
        let file = self.files().into_iter().find(|file| file.file_stem().is_some_and(|stem| stem == id));
        let Some(file) = file else {
            let is_built_in = BUILT_IN.iter().any(|(other, _)| *other == id);
            return Err(match is_built_in {
                true => Failure::never(
                    FailureCode::BadRequest,
                    "A built-in template can't be removed.",
                    "Copy it and change the copy instead.",
                ),
                false => no_such(id),
            });
        };
        std::fs::remove_file(&file).map_err(|error| unwritable(&file, &error))
    }

    /// The person's own files, in order of their names.
    fn files(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let toml = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "toml");
        let mut files: Vec<PathBuf> =
            entries.filter_map(Result::ok).map(|entry| entry.path()).filter(toml).collect();
        files.sort();
        files.truncate(MOST_FILES);
        files
    }
}

/// What a page by this template looks like, as Markdown: example content in its parts, then what the model is told.
pub fn preview(template: &Template, language_tag: &str) -> String {
    let chinese = language_tag.starts_with("zh");
    let of = |english: &'static str, han: &'static str| if chinese { han } else { english };
    let mut page = format!(
        "# {}\n\n## {}\n\n- {}\n",
        of("Launch moved to 3 December", "上市延到十二月三號"),
        of("Summary", "摘要"),
        of(
            "The launch moves to 3 December, because payments still fail when a card is refused. `1:08`",
            "因為信用卡被拒絕時付款仍會失敗，上市延到十二月三號。`1:08`"
        ),
    );
    for part in &template.parts {
        page.push_str(match part {
            NotesPart::Decisions => of(
                "\n## Decisions\n\n- The launch is on 3 December. `1:08`\n",
                "\n## 決議\n\n- 十二月三號上市。`1:08`\n",
            ),
            NotesPart::Todos => of(
                "\n## To-dos\n\n- [ ] Tell the customers about the new date (Ana, 27 November) `1:16`\n",
                "\n## 待辦事項\n\n- [ ] 通知客戶新的日期（小美，11月27日）`1:16`\n",
            ),
            NotesPart::Questions => of(
                "\n## Open questions\n\n- Who presents the sales figures? `2:00`\n",
                "\n## 未決問題\n\n- 誰來報告銷售數字？`2:00`\n",
            ),
            NotesPart::Topics => of(
                "\n## Notes\n\n### Payments `0:37`\n\nTwo customers met the fault yesterday; it shows only when a card is refused twice.\n",
                "\n## 筆記\n\n### 付款功能 `0:37`\n\n昨天有兩個客戶遇到付款失敗，只有信用卡被拒絕兩次時才會發生。\n",
            ),
        });
    }
    let example = example(of("Ana", "小美"), language_tag);
    let brief = Brief {
        transcript: &example,
        template,
        language: &language::of_notes(&example, None),
        date: jiff::civil::date(2026, 11, 26),
        participants: &[],
        glossary: &[],
        attachments: &[],
        mark: "data-…",
    };
    // A fence that no line of the prompt can close.
    format!(
        "{page}\n---\n\n## {}\n\n`````text\n{}\n`````\n",
        of("What the model is told", "給模型的指示"),
        prompt::shown(&brief)
    )
}

fn example(name: &str, language: &str) -> Transcript {
    Transcript {
        segments: Vec::new(),
        speakers: vec![Speaker { label: "Speaker 1".into(), name: Some(name.to_owned()), voice: None }],
        language: language.to_owned(),
        duration_ms: 0,
        engine: EngineLabel { name: String::new(), described: String::new(), rough: false },
        diarizer: String::new(),
    }
}

fn no_such(id: &str) -> Failure {
    Failure::never(
        FailureCode::BadRequest,
        format!("There is no template {id:?}."),
        "Choose one of those in the settings.",
    )
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::never(
        FailureCode::PermissionDenied,
        format!("{} can't be changed.", path.display()),
        "Check that the folder is there, that it can be written to, and that the disk isn't full.",
    )
    .because(error)
}

fn read_file(file: &Path) -> Result<Template, String> {
    let size = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LARGEST_BYTES {
        return Err(format!("it has {size} bytes, more than the {LARGEST_BYTES} that a template may have"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let id = file.file_stem().and_then(|stem| stem.to_str()).ok_or("its name isn't Unicode")?;
    read(id, &text)
}

/// A template of a file's text; the id is the file's name.
fn read(id: &str, text: &str) -> Result<Template, String> {
    let template: Template = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        match line {
            Some(line) => format!("line {line}: {}", error.message()),
            None => error.message().to_owned(),
        }
    })?;
    if template.name.trim().is_empty() {
        return Err("`name` is empty".to_owned());
    }
    Ok(Template { id: id.to_owned(), ..template })
}

/// The text with a number behind the names.
fn renamed(text: &str, number: u32) -> String {
    let name = |line: &str| {
        let named = ["name =", "name_zh ="].iter().any(|key| line.starts_with(key));
        match line.rfind('"').filter(|_| named) {
            Some(end) => format!("{} {number}{}\n", &line[..end], &line[end..]),
            None => format!("{line}\n"),
        }
    };
    text.lines().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates() -> (tempfile::TempDir, Templates) {
        let folder = tempfile::tempdir().unwrap();
        let templates = Templates::in_folder(folder.path().join("templates"));
        (folder, templates)
    }

    #[test]
    fn the_built_in_ones_are_there_without_any_folder_and_say_something_in_both_languages() {
        let (_folder, templates) = templates();
        let (kept, unreadable) = templates.all();
        assert_eq!(kept.len(), 6);
        assert!(unreadable.is_empty());
        for Kept { template, .. } in kept {
            assert!(
                template.guidance.len() > 200
                    && template.name_zh.is_some()
                    && template.description_zh.is_some(),
                "{}",
                template.id
            );
        }
        assert_eq!(meeting().id, "meeting");
    }

    #[test]
    fn a_copy_is_a_new_file_with_a_new_name_and_can_be_removed() {
        let (_folder, templates) = templates();
        let first = templates.copy("stand-up").unwrap();
        let second = templates.copy("stand-up").unwrap();
        assert_ne!(first, second);
        let copy = templates.get("stand-up-2").unwrap();
        assert_eq!((copy.name.as_str(), copy.name_zh.as_deref()), ("Stand-up 2", Some("站立會議 2")));
        assert!(std::fs::read_to_string(&first).unwrap().contains("# Names and terms"));
        templates.remove("stand-up-2").unwrap();
        assert!(templates.get("stand-up-2").is_err() && second.exists());
        assert_eq!(templates.remove("stand-up").unwrap_err().what, "A built-in template can't be removed.");
    }

    #[test]
    fn a_file_of_the_same_name_stands_before_a_built_in_one() {
        let (_folder, templates) = templates();
        std::fs::create_dir_all(templates.folder()).unwrap();
        std::fs::write(templates.folder().join("meeting.toml"), "name = \"Ours\"\nparts = [\"todos\"]\n")
            .unwrap();
        let (kept, _) = templates.all();
        assert_eq!((kept[0].template.name.as_str(), kept[0].built_in, kept.len()), ("Ours", true, 6));
        templates.remove("meeting").unwrap();
        assert_eq!(templates.get("meeting").unwrap().name, "Meeting");
    }

    #[test]
    fn a_file_that_is_no_template_says_where_it_is_wrong_and_the_others_stay() {
        let (_folder, templates) = templates();
        std::fs::create_dir_all(templates.folder()).unwrap();
        std::fs::write(
            templates.folder().join("bad.toml"),
            "name = \"Bad\"\nparts = [\n  \"todos\",\n  \"jokes\",\n]\n",
        )
        .unwrap();
        std::fs::write(templates.folder().join("odd.toml"), "name = \"Odd\"\nparts = []\ncolour = 1\n")
            .unwrap();
        let (kept, unreadable) = templates.all();
        assert_eq!(kept.len(), 6);
        assert!(
            unreadable[0].problem.starts_with("line ") && unreadable[0].problem.contains("jokes"),
            "{unreadable:?}"
        );
        assert!(
            unreadable[1].problem.starts_with("line 3: ") && unreadable[1].problem.contains("colour"),
            "{unreadable:?}"
        );
        assert!(templates.get("bad").unwrap_err().what.contains("jokes"));
    }

    #[test]
    fn a_preview_shows_the_parts_and_the_exact_prompt() {
        let stand_up = preview(&read("stand-up", BUILT_IN[1].1).unwrap(), "en");
        assert!(stand_up.contains("## To-dos") && !stand_up.contains("## Decisions"));
        assert!(stand_up.contains("One topic for each person who reports"));
        assert!(preview(&meeting(), "zh-TW").contains("繁體中文（台灣用語）"));
    }
}
