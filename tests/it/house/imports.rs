//! Which file of `src/` imports from which: a small reader of `use` lines and inline paths.
//!
//! A path is followed from module to module, through re-exports, to the file that defines its item. A `pub use` by itself
//! imports nothing, and neither does a file that names what the module around it holds: `x/y.rs` is a part of `x`. Test code
//! is left out. The reader knows no macros and no types: a method call is no import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module's path in the crate; the root is empty.
type Module = Vec<String>;

/// Every import between two files of the crate: from, to, and the first name that is taken.
pub struct Imports(pub BTreeMap<(String, String), String>);

/// What one file offers and asks for.
#[derive(Default)]
struct Source {
    file: String,
    module: Module,
    defined: BTreeSet<String>,
    /// Names brought in by `use`, public or not, and the paths they stand for.
    bound: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Paths the code asks for: private `use` lines and inline paths.
    asked: Vec<Vec<String>>,
}

struct Crate {
    sources: Vec<Source>,
    by_module: BTreeMap<Module, usize>,
}

impl Imports {
    /// Reads `sources`: paths below `root` with their text.
    pub fn read(root: &Path, sources: &[(std::path::PathBuf, String)]) -> Imports {
        let sources: Vec<Source> = sources
            .iter()
            .filter_map(|(path, text)| {
                let file = path.strip_prefix(root).unwrap_or(path).display().to_string();
                (!file.starts_with("bin/")).then(|| Source::read(file, text))
            })
            .collect();
        let by_module = sources.iter().enumerate().map(|(i, s)| (s.module.clone(), i)).collect();
        let all = Crate { sources, by_module };
        let mut found = BTreeMap::new();
        for (index, source) in all.sources.iter().enumerate() {
            for path in &source.asked {
                if let Some((target, name)) = all.resolve(index, path, 0) {
                    let target = &all.sources[target];
                    if !source.module.starts_with(&target.module) {
                        found.entry((source.file.clone(), target.file.clone())).or_insert(name);
                    }
                }
            }
        }
        Imports(found)
    }

    /// Groups of files that import each other, directly or through others; each with the imports inside it.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in self.0.keys() {
            next.entry(from).or_default().push(to);
        }
        let reached = |start: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(file) = open.pop() {
                for to in next.get(file).into_iter().flatten() {
                    if seen.insert((*to).to_owned()) {
                        open.push(to);
                    }
                }
            }
            seen
        };
        let reach: BTreeMap<&str, BTreeSet<String>> =
            next.keys().map(|file| (*file, reached(file))).collect();
        let mut circles = BTreeSet::new();
        for (file, seen) in reach.iter().filter(|(file, seen)| seen.contains(**file)) {
            let back = |other: &&String| reach.get(other.as_str()).is_some_and(|seen| seen.contains(*file));
            circles.insert(seen.iter().filter(back).cloned().collect::<Vec<_>>());
        }
        circles.into_iter().collect()
    }
}

impl Crate {
    /// The file that defines what `path` names, seen from file `from`, and the name of the item.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<(usize, String)> {
        let source = &self.sources[from];
        let (mut module, mut rest) = (source.module.clone(), path);
        match path.first()?.as_str() {
            "crate" => (module, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    module.pop()?;
                    rest = &rest[1..];
                }
            }
            _ => {}
        }
        self.walk(module, rest, depth)
    }

    fn walk(&self, mut module: Module, path: &[String], depth: usize) -> Option<(usize, String)> {
        for (n, word) in path.iter().enumerate() {
            let mut child = module.clone();
            child.push(word.clone());
            if self.by_module.contains_key(&child) {
                module = child;
                continue;
            }
            let here = *self.by_module.get(&module)?;
            let source = &self.sources[here];
            if source.defined.contains(word) {
                return Some((here, word.clone()));
            }
            if depth > 8 {
                return None;
            }
            let rest = &path[n + 1..];
            let bound = source.bound.get(word).map(|to| [to, rest].concat());
            let globs = source.globs.iter().map(|to| [to.as_slice(), &path[n..]].concat());
            return bound.into_iter().chain(globs).find_map(|path| self.resolve(here, &path, depth + 1));
        }
        // A module alone: what is taken from it says more.
        None
    }
}

impl Source {
    fn read(file: String, text: &str) -> Source {
        let words = words(text);
        let module = module_of(&file);
        let mut source = Source { file, module, ..Source::default() };
        let (mut at, mut depth) = (0, 0_usize);
        while at < words.len() {
            match words[at].as_str() {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                "use" => {
                    let is_public = is_public(&words, at);
                    let end = words[at..].iter().position(|w| w == ";").map_or(words.len(), |n| at + n);
                    source.take_use(&words[at + 1..end], is_public);
                    at = end;
                }
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union" if depth == 0 => {
                    let name =
                        words[at + 1..].iter().find(|w| !["mut", "fn", "unsafe"].contains(&w.as_str()));
                    source.defined.extend(name.cloned());
                }
                "macro_rules" if depth == 0 => source.defined.extend(words.get(at + 2).cloned()),
                word if is_name(word) && words.get(at + 1).is_some_and(|w| w == "::") => {
                    let mut path = vec![word.to_owned()];
                    while words.get(at + 1).is_some_and(|w| w == "::")
                        && words.get(at + 2).is_some_and(|w| is_name(w))
                    {
                        path.push(words[at + 2].clone());
                        at += 2;
                    }
                    source.asked.push(path);
                }
                _ => {}
            }
            at += 1;
        }
        source
    }

    fn take_use(&mut self, tree: &[String], is_public: bool) {
        for (path, name) in leaves(tree, &[]) {
            let path = match path.last().map(String::as_str) {
                Some("self") => path[..path.len() - 1].to_vec(),
                _ => path,
            };
            if name == "*" {
                self.globs.push(path);
                continue;
            }
            if !is_public {
                self.asked.push(path.clone());
            }
            let is_own = path.len() == 1 && path[0] == name;
            if !is_own {
                self.bound.insert(name, path);
            }
        }
    }
}

/// `pub use` and `pub(...) use`.
fn is_public(words: &[String], at: usize) -> bool {
    match at.checked_sub(1).map(|before| words[before].as_str()) {
        Some("pub") => true,
        Some(")") => words[..at].iter().rev().skip_while(|w| *w != "(").nth(1).is_some_and(|w| w == "pub"),
        _ => false,
    }
}

/// The paths of a `use` tree, each with the name it is bound to.
fn leaves(tree: &[String], before: &[String]) -> Vec<(Vec<String>, String)> {
    let mut path = before.to_vec();
    let mut at = 0;
    while at < tree.len() {
        match tree[at].as_str() {
            "::" => {}
            "*" => return vec![(path, "*".to_owned())],
            "{" => {
                let inside = &tree[at + 1..tree.len() - 1];
                return split(inside).into_iter().flat_map(|part| leaves(part, &path)).collect();
            }
            "as" => return vec![(path, tree[at + 1].clone())],
            word => path.push(word.to_owned()),
        }
        at += 1;
    }
    let name = match path.last().map(String::as_str) {
        Some("self") => path.iter().rev().nth(1),
        _ => path.last(),
    };
    name.cloned().map(|name| (path, name)).into_iter().collect()
}

/// Splits at the commas that stand in no inner braces.
fn split(words: &[String]) -> Vec<&[String]> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                parts.push(&words[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&words[begin..]);
    parts.retain(|part| !part.is_empty());
    parts
}

fn module_of(file: &str) -> Module {
    let bare = file.trim_end_matches(".rs");
    let bare = bare.strip_suffix("/mod").unwrap_or(bare);
    if bare == "lib" { Vec::new() } else { bare.split('/').map(str::to_owned).collect() }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The words and signs of the code: no comments, no literals, nothing that is compiled for tests alone.
fn words(text: &str) -> Vec<String> {
    let text = super::text::without_comments_and_literals(text);
    let mut found: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_string();
            while let Some(more) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(more);
            }
            found.push(word);
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            found.push("::".to_owned());
        } else if !c.is_whitespace() {
            found.push(c.to_string());
        }
    }
    without_tests(found)
}

/// Leaves out what follows `#[cfg(test)]` or `#[cfg(all(test, ...))]`: one item, to its `;` or its closing brace.
fn without_tests(words: Vec<String>) -> Vec<String> {
    let mut kept = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let close = words[at..].iter().position(|w| w == "]").map_or(words.len(), |n| at + n);
        let is_attribute = words[at] == "#" && words.get(at + 1).is_some_and(|w| w == "[");
        let attribute = &words[at..close.max(at)];
        let is_test = is_attribute
            && attribute.get(2).is_some_and(|w| w == "cfg")
            && attribute.iter().any(|w| w == "test")
            && !attribute.iter().any(|w| w == "not");
        match (is_attribute, is_test) {
            (true, true) => at = end_of_item(&words, close + 1),
            (true, false) => at = close + 1,
            (false, _) => {
                kept.push(words[at].clone());
                at += 1;
            }
        }
    }
    kept
}

/// Where the item that begins at `at` ends.
fn end_of_item(words: &[String], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < words.len() {
        match words[at].as_str() {
            "{" => depth += 1,
            "}" if depth <= 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}
