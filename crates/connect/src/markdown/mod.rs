//! Pages as Markdown and HTML files in a folder.
