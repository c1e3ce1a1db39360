//! Parts of files that a request asks for.

/// What a `Range` header means for a file of some size.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Range {
    Whole,
    /// Both ends belong to it.
    Part {
        from: u64,
        to: u64,
    },
    PastTheEnd,
}

impl Range {
    /// RFC 9110 lets a server ignore what it cannot read, and several ranges at once.
    pub(crate) fn of(text: &str, size: u64) -> Range {
        let Some((from, to)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return Range::Whole;
        };
        let last = size.checked_sub(1);
        match (from.parse::<u64>(), to.parse::<u64>()) {
            (Ok(from), to) if to.is_ok() || text.ends_with('-') => match (to.unwrap_or(u64::MAX), last) {
                (to, _) if to < from => Range::Whole,
                (to, Some(last)) if from <= last => Range::Part { from, to: to.min(last) },
                (_, _) => Range::PastTheEnd,
            },
            (Err(_), Ok(suffix)) if from.is_empty() => match last {
                Some(last) if suffix > 0 => Range::Part { from: size.saturating_sub(suffix), to: last },
                Some(_) | None => Range::PastTheEnd,
            },
            (Ok(_) | Err(_), _) => Range::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        let part = |from, to| Range::Part { from, to };
        let cases = [
            ("bytes=0-", part(0, 9)),
            ("bytes=4-", part(4, 9)),
            ("bytes=4-4", part(4, 4)),
            ("bytes=4-99", part(4, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            ("bytes=10-", Range::PastTheEnd),
            ("bytes=10-12", Range::PastTheEnd),
            ("bytes=-0", Range::PastTheEnd),
            ("bytes=4-2", Range::Whole),
            ("bytes=0-1,4-5", Range::Whole),
            ("bytes=4-x", Range::Whole),
            ("bytes=-", Range::Whole),
            ("lines=0-1", Range::Whole),
        ];
        for (text, expected) in cases {
            assert_eq!(Range::of(text, 10), expected, "{text}");
        }
        assert_eq!(Range::of("bytes=0-", 0), Range::PastTheEnd);
    }
}
