//! Forms with a file.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart};
use bytes::Bytes;
use hyper::Request;

/// A form that was read to its end.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The name of the file and its bytes.
    pub(super) file: Option<(String, Bytes)>,
    /// The fields that are text, in their order.
    pub(super) fields: Vec<(String, String)>,
}

/// The form cannot be read, or has two files.
#[derive(Debug)]
pub(super) struct Broken;

impl Form {
    pub(super) async fn of(request: Request<Body>) -> Result<Form, Broken> {
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Broken)?;
        let mut form = Form::default();
        while let Some(field) = parts.next_field().await.map_err(|_| Broken)? {
            let name = field.name().ok_or(Broken)?.to_owned();
            if name == "file" && form.file.is_none() {
                // A field without a file name is text, not a file.
                let file_name = field.file_name().ok_or(Broken)?.to_owned();
                form.file = Some((file_name, field.bytes().await.map_err(|_| Broken)?));
            } else {
                let value = field.text().await.map_err(|_| Broken)?;
                form.fields.push((name, value));
            }
        }
        Ok(form)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
