//! A transcript as text, subtitles or Markdown.
