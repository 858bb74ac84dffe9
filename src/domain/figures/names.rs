//! Desks and categories as small numbers, so that millions of facts are cheap to hold.

use std::collections::BTreeMap;

use crate::domain::calendar::Calendar;
use crate::domain::desk::Desks;

/// The desks with their calendars, and the categories, by number.
#[derive(Debug, Clone)]
pub struct Names {
    desks: Vec<(String, Calendar)>,
    categories: Vec<String>,
    by_category: BTreeMap<String, u16>,
    first: Calendar,
}

impl Names {
    /// Knows the desks of the configuration.
    pub fn new(desks: &Desks) -> Names {
        let all = desks.all().iter().map(|desk| (desk.key.clone(), desk.calendar.clone()));
        Names {
            desks: all.collect(),
            categories: Vec::new(),
            by_category: BTreeMap::new(),
            first: desks.first().calendar.clone(),
        }
    }

    /// The number of a desk. One that is no more has the hours of the first.
    pub fn desk(&mut self, key: &str) -> u16 {
        let found = self.find_desk(key);
        found.unwrap_or_else(|| {
            self.desks.push((key.to_owned(), self.first.clone()));
            number(self.desks.len() - 1)
        })
    }

    pub fn find_desk(&self, key: &str) -> Option<u16> {
        self.desks.iter().position(|(known, _)| known == key).map(number)
    }

    /// The number of a category (`group/item`).
    pub fn category(&mut self, name: &str) -> u16 {
        if let Some(found) = self.by_category.get(name) {
            return *found;
        }
        let new = number(self.categories.len());
        self.categories.push(name.to_owned());
        self.by_category.insert(name.to_owned(), new);
        new
    }

    pub fn desk_key(&self, number: u16) -> &str {
        self.desks.get(usize::from(number)).map_or("", |(key, _)| key)
    }

    pub fn category_name(&self, number: u16) -> &str {
        self.categories.get(usize::from(number)).map_or("", String::as_str)
    }

    /// The hours of a desk.
    pub fn calendar(&self, desk: u16) -> &Calendar {
        self.desks.get(usize::from(desk)).map_or(&self.first, |(_, calendar)| calendar)
    }
}

/// There are never so many desks or categories as a number can name.
fn number(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}
