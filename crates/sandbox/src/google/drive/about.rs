//! `about`: who is signed in.

use axum::extract::State;
use axum::response::Response;
use hyper::{HeaderMap, StatusCode, Uri};
use serde_json::json;

use super::{Request, fields};
use crate::answers;
use crate::google::error::ApiError;
use crate::world::Shared;

pub(super) async fn about(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let world = shared.lock();
    let request = Request::of(&world, &uri, &headers)?;
    if request.params.get("fields").is_none() {
        let why = "The 'fields' parameter is required for this method.";
        return Err(ApiError::bad("required", why).parameter("fields"));
    }
    let selection = request.selection(&fields::OF_ABOUT, "")?;
    let user = world.user(&request.caller.account, &request.caller);
    let about = json!({ "kind": "drive#about", "user": user });
    Ok(answers::json(StatusCode::OK, &selection.apply(&about)))
}
