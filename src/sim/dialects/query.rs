//! A parsed query string; of several equal names the last counts.

pub(in crate::sim) struct Query(Vec<(String, String)>);

/// Error: a field is missing, unknown or invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) struct Unexpected;

impl Query {
    pub(in crate::sim) fn parse(query: Option<&str>) -> Self {
        Query(url::form_urlencoded::parse(query.unwrap_or("").as_bytes()).into_owned().collect())
    }

    pub(in crate::sim) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Digits only.
    pub(in crate::sim) fn number(&self, name: &str) -> Result<Option<i64>, Unexpected> {
        let Some(word) = self.get(name) else {
            return Ok(None);
        };
        let digits = Some(word).filter(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|d| d.parse().ok()).map(Some).ok_or(Unexpected)
    }

    /// A number from `least` to `most`; `otherwise` if it is missing.
    pub(in crate::sim) fn within(
        &self,
        name: &str,
        (least, most): (usize, usize),
        otherwise: usize,
    ) -> Result<usize, Unexpected> {
        let Some(n) = self.number(name)? else {
            return Ok(otherwise);
        };
        usize::try_from(n).ok().filter(|n| (least..=most).contains(n)).ok_or(Unexpected)
    }

    /// Refuses names that are not in the list.
    pub(in crate::sim) fn only(&self, known: &[&str]) -> Result<(), Unexpected> {
        let is_known = |(name, _): &(String, String)| known.contains(&name.as_str());
        if self.0.iter().all(is_known) { Ok(()) } else { Err(Unexpected) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strictly() {
        let query = Query::parse(Some("a=1&b=x&a=2&c="));
        assert_eq!((query.get("a"), query.get("d")), (Some("2"), None));
        assert_eq!((query.number("a"), query.number("d")), (Ok(Some(2)), Ok(None)));
        assert_eq!((query.number("b"), query.number("c")), (Err(Unexpected), Err(Unexpected)));
        assert_eq!((query.within("a", (1, 5), 9), query.within("a", (3, 5), 9)), (Ok(2), Err(Unexpected)));
        assert_eq!((query.within("d", (3, 5), 9), query.only(&["a", "b"])), (Ok(9), Err(Unexpected)));
    }
}
