//! The `fields` parameter: `id,owners(emailAddress),capabilities/canRename,*`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// Objects whose keys are up to the user.
const MAPS: [&str; 3] = ["appProperties", "exportLinks", "properties"];

const USER: &str = "kind,displayName,me,permissionId,emailAddress,photoLink";

/// The fields of a file, of discovery revision 20261106. Many of them the sandbox never fills in.
static FILE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "kind,id,name,mimeType,description,starred,trashed,explicitlyTrashed,trashedTime,trashingUser({USER}),parents,\
        properties,appProperties,spaces,version,webContentLink,webViewLink,iconLink,hasThumbnail,thumbnailLink,\
        thumbnailVersion,viewedByMe,viewedByMeTime,createdTime,modifiedTime,modifiedByMe,modifiedByMeTime,\
        sharedWithMeTime,sharingUser({USER}),owners({USER}),teamDriveId,driveId,lastModifyingUser({USER}),shared,\
        ownedByMe,capabilities(canAcceptOwnership,canAddChildren,canChangeViewersCanCopyContent,canComment,canCopy,\
        canDelete,canDownload,canEdit,canListChildren,canModifyContent,canMoveItemWithinDrive,canReadRevisions,\
        canRename,canShare,canTrash,canUntrash),viewersCanCopyContent,copyRequiresWriterPermission,writersCanShare,\
        permissions(kind,id,type,role,emailAddress,displayName,domain,deleted),permissionIds,\
        hasAugmentedPermissions,folderColorRgb,originalFilename,fullFileExtension,fileExtension,md5Checksum,\
        sha1Checksum,sha256Checksum,size,quotaBytesUsed,headRevisionId,imageMediaMetadata(width,height,rotation,time),\
        videoMediaMetadata(width,height,durationMillis),isAppAuthorized,exportLinks,\
        shortcutDetails(targetId,targetMimeType,targetResourceKey),\
        contentRestrictions(readOnly,reason,type,restrictingUser({USER}),restrictionTime,ownerRestricted,\
        systemRestricted),labelInfo,resourceKey,linkShareMetadata(securityUpdateEligible,securityUpdateEnabled),\
        inheritedPermissionsDisabled,downloadRestrictions"
    )
});

pub(super) static OF_FILE: LazyLock<Selection> = LazyLock::new(|| known(&FILE));
pub(super) static OF_LIST: LazyLock<Selection> =
    LazyLock::new(|| known(&format!("kind,nextPageToken,incompleteSearch,files({})", *FILE)));
pub(super) static OF_CHANGES: LazyLock<Selection> = LazyLock::new(|| {
    let change = "kind,type,changeType,time,removed,fileId,driveId";
    known(&format!("kind,nextPageToken,newStartPageToken,changes({change},file({}))", *FILE))
});
pub(super) static OF_START: LazyLock<Selection> = LazyLock::new(|| known("kind,startPageToken"));
pub(super) static OF_ABOUT: LazyLock<Selection> = LazyLock::new(|| {
    let quota = "limit,usage,usageInDrive,usageInDriveTrash";
    known(&format!(
        "kind,user({USER}),storageQuota({quota}),importFormats,exportFormats,maxImportSizes,maxUploadSize,\
        appInstalled,folderColorPalette,canCreateDrives,canCreateTeamDrives,driveThemes,teamDriveThemes"
    ))
});

fn known(text: &str) -> Selection {
    Selection::parse(text).expect("these lists are well-formed")
}

/// Which fields of an object are meant: all of them, or some, each with its own selection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    all: bool,
    some: BTreeMap<String, Selection>,
}

impl Selection {
    /// Reads a selection; the error is the part that cannot be read.
    pub(super) fn parse(text: &str) -> Result<Selection, String> {
        let mut selection = Selection::default();
        let mut rest = text;
        selection.read_list(&mut rest)?;
        if rest.is_empty() { Ok(selection) } else { Err(rest.to_owned()) }
    }

    fn read_list(&mut self, rest: &mut &str) -> Result<(), String> {
        loop {
            self.read_item(rest)?;
            match rest.strip_prefix(',') {
                Some(after) => *rest = after,
                None => return Ok(()),
            }
        }
    }

    fn read_item(&mut self, rest: &mut &str) -> Result<(), String> {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('*') {
            *rest = after.trim_start();
            self.all = true;
            return Ok(());
        }
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        let end = rest.find(|letter| !is_name(letter)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return Err(rest.to_owned());
        }
        *rest = after.trim_start();
        let within = self.some.entry(name.to_owned()).or_default();
        if let Some(after) = rest.strip_prefix('/') {
            *rest = after;
            within.read_item(rest)
        } else if let Some(after) = rest.strip_prefix('(') {
            *rest = after;
            within.read_list(rest)?;
            *rest = rest.strip_prefix(')').ok_or_else(|| rest.to_string())?.trim_start();
            Ok(())
        } else {
            within.all = true;
            Ok(())
        }
    }

    /// Whether all fields exist; the error is the first that does not.
    pub(super) fn within(&self, known: &Selection) -> Result<(), String> {
        for (name, selection) in &self.some {
            let inner = known.some.get(name).ok_or_else(|| name.clone())?;
            if !MAPS.contains(&name.as_str()) {
                selection.within(inner)?;
            }
        }
        Ok(())
    }

    /// Whether a field is selected, wholly or in part.
    pub(super) fn names(&self, field: &str) -> bool {
        self.all || self.some.contains_key(field)
    }

    /// The selection within a field.
    pub(super) fn inside(&self, field: &str) -> Selection {
        if self.all {
            return Selection { all: true, some: BTreeMap::new() };
        }
        self.some.get(field).cloned().unwrap_or_default()
    }

    /// What is left of a value.
    pub(super) fn apply(&self, value: &Value) -> Value {
        if self.all {
            return value.clone();
        }
        match value {
            Value::Array(items) => items.iter().map(|item| self.apply(item)).collect(),
            Value::Object(object) => {
                let fields = self.some.iter().filter_map(|(name, selection)| {
                    object.get(name).map(|value| (name.clone(), selection.apply(value)))
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(fields: &str) -> Value {
        let whole = json!({"id": "1", "a": {"b": 2, "c": 3}, "list": [{"x": 4, "y": 5}]});
        Selection::parse(fields).unwrap().apply(&whole)
    }

    #[test]
    fn all_three_ways_to_name_an_inner_field_are_understood() {
        assert_eq!(applied("a(b)"), json!({"a": {"b": 2}}));
        assert_eq!(applied("a/b"), json!({"a": {"b": 2}}));
        assert_eq!(applied("a/b, a/c"), json!({"a": {"b": 2, "c": 3}}));
        assert_eq!(applied("list/x,id"), json!({"id": "1", "list": [{"x": 4}]}));
        assert_eq!(applied("list(*)"), json!({"list": [{"x": 4, "y": 5}]}));
        assert_eq!(applied("a,a/b"), json!({"a": {"b": 2, "c": 3}}));
        assert_eq!(applied("*")["list"], json!([{"x": 4, "y": 5}]));
    }

    #[test]
    fn a_selection_that_cannot_be_read_is_refused() {
        for wrong in ["", "id,", "a(b", "a)", "a((b))", "id name", "/id", "a()"] {
            assert!(Selection::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_field_that_does_not_exist_is_named() {
        let within = |text: &str| Selection::parse(text).unwrap().within(&OF_FILE);
        assert_eq!(within("id,size,capabilities/canRename,appProperties/mine"), Ok(()));
        assert_eq!(within("id,colour"), Err("colour".to_owned()));
        assert_eq!(within("capabilities(canFly)"), Err("canFly".to_owned()));
        assert_eq!(within("id/x"), Err("x".to_owned()));
    }
}
