//! The recording's date, and the name it gets: `[YYYY-MM-DD] Title.ext`.

