//! Where Debrief keeps its things.

use std::path::{Path, PathBuf};

use debrief_core::failure::{Failure, FailureCode};
use directories::{ProjectDirs, UserDirs};

/// The folders of one installation. With `DEBRIEF_HOME` set everything is in that one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    data: PathBuf,
    pages: PathBuf,
    /// The folder of an installation that is not this person's usual one.
    apart: Option<PathBuf>,
}

impl Home {
    /// The folders that the environment asks for, or else the platform's usual ones.
    ///
    /// # Errors
    /// The platform knows no home folder.
    pub fn from_environment() -> Result<Home, Failure> {
        if let Some(folder) = std::env::var_os("DEBRIEF_HOME").filter(|folder| !folder.is_empty()) {
            let folder = std::path::absolute(folder).map_err(|error| no_home(&error))?;
            return Ok(Home::in_folder(&folder));
        }
        let project = ProjectDirs::from("", "", "debrief").ok_or_else(|| no_home(&"no home folder"))?;
        let user = UserDirs::new();
        let documents = user.as_ref().and_then(|user| user.document_dir());
        let pages =
            documents.map_or_else(|| project.data_dir().join("pages"), |folder| folder.join("Debrief"));
        Ok(Home {
            config: project.config_dir().to_owned(),
            data: project.data_local_dir().to_owned(),
            pages,
            apart: None,
        })
    }

    /// Everything in one folder, absolute.
    pub fn in_folder(folder: &Path) -> Home {
        Home {
            config: folder.to_owned(),
            data: folder.to_owned(),
            pages: folder.join("pages"),
            apart: Some(folder.to_owned()),
        }
    }

    /// Makes the folders for data, so that the rest can count on them. Nobody else on this machine can look into those that
    /// are made: they hold what was said.
    ///
    /// # Errors
    /// They cannot be made.
    pub fn create(&self) -> Result<(), Failure> {
        for folder in [self.data.clone(), self.jobs_folder(), self.logs_folder()] {
            create_private(&folder).map_err(|error| {
                if error.kind() == std::io::ErrorKind::StorageFull {
                    return Failure::disk_full("making Debrief's folders", &folder.display().to_string());
                }
                Failure::never(
                    FailureCode::PermissionDenied,
                    format!("Debrief can't make its folder {}.", folder.display()),
                    "Check the permissions of the folder above it, or set DEBRIEF_HOME to another folder.",
                )
                .because(error)
            })?;
        }
        Ok(())
    }

    /// The settings, a TOML file. It need not be there.
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    /// Where sign-ins are kept if their person wants a file instead of the keychain.
    pub fn secrets_file(&self) -> PathBuf {
        self.data.join("secrets.json")
    }

    /// The name under which this installation's secrets are in the keychain.
    pub fn keychain_service(&self) -> String {
        match &self.apart {
            Some(folder) => format!("debrief {}", folder.display()),
            None => "debrief".to_owned(),
        }
    }

    /// The job database.
    pub fn database(&self) -> PathBuf {
        self.data.join("debrief.db")
    }

    /// Whoever holds this file's lock runs the jobs.
    pub fn lock_file(&self) -> PathBuf {
        self.data.join("pool.lock")
    }

    /// One folder of temporary files for each unfinished job.
    pub fn jobs_folder(&self) -> PathBuf {
        self.data.join("jobs")
    }

    /// Log files, one a day.
    pub fn logs_folder(&self) -> PathBuf {
        self.data.join("logs")
    }

    /// The bundled sample, once it has been asked for.
    pub fn sample_file(&self) -> PathBuf {
        self.data.join("sample").join("Launch planning.opus")
    }

    /// Where pages go unless the settings say otherwise.
    pub fn default_pages_folder(&self) -> &Path {
        &self.pages
    }

    /// The folder that holds all data.
    pub fn data_folder(&self) -> &Path {
        &self.data
    }
}

fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn no_home(cause: &dyn std::fmt::Display) -> Failure {
    Failure::never(
        FailureCode::PermissionDenied,
        "Debrief doesn't know where to keep its data.",
        "Set the environment variable DEBRIEF_HOME to a folder.",
    )
    .because(cause)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn nobody_else_can_look_into_the_folders_that_are_made() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::in_folder(&place.path().join("debrief"));
        home.create().unwrap();
        for folder in [home.data_folder().to_owned(), home.jobs_folder(), home.logs_folder()] {
            assert_eq!(
                folder.metadata().unwrap().permissions().mode() & 0o777,
                0o700,
                "{}",
                folder.display()
            );
        }
    }
}
