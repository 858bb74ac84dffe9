//! What a page may be: its headers, its size, its words in both languages, and nothing that a strict policy would refuse.

use axum::body::{self, Body};
use axum::http::{Request, StatusCode};
use tower::ServiceExt;

use super::*;

fn text(asset: &Asset) -> &'static str {
    std::str::from_utf8(asset.bytes).expect("text")
}

/// A page with everything that it loads.
fn page(html: &str) -> Vec<&'static Asset> {
    let find = |path: &str| ASSETS.iter().find(|asset| asset.path == path);
    let mut found: Vec<&Asset> = vec![find(html).expect("a page")];
    let mut next = 0;
    while next < found.len() {
        let (from, words) = (found[next], text(found[next]));
        let named = words.split('"').filter_map(|word| match word.strip_prefix("./") {
            Some(file) if from.content_type == JS => find(&format!("/web/{file}")),
            _ => find(word).filter(|asset| asset.content_type != HTML),
        });
        for asset in named {
            if !found.iter().any(|known| known.path == asset.path) {
                found.push(asset);
            }
        }
        next += 1;
    }
    found
}

#[tokio::test]
async fn each_file_is_sent_with_every_header() {
    let router: Router = pages();
    for asset in ASSETS {
        let asked = Request::get(asset.path).body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(asked).await.expect("the router never fails");
        assert_eq!(answer.status(), StatusCode::OK, "{}", asset.path);
        let headers = answer.headers();
        assert_eq!(headers["content-type"], asset.content_type, "{}", asset.path);
        for (name, value) in HEADERS {
            assert_eq!(headers[*name], *value, "{}", asset.path);
        }
        let bytes = body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        assert_eq!(bytes, asset.bytes);
    }
    let asked = Request::get("/").body(Body::empty()).expect("a request");
    let answer = router.oneshot(asked).await.expect("the router never fails");
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].as_bytes()), (307, &b"/desk"[..]));
}

/// The policy allows nothing inline, nothing of another origin, no frame around the pages and no eval.
#[test]
fn the_policy_is_strict() {
    let (_, policy) = HEADERS[0];
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{part}");
    }
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("require-trusted-types-for 'script'")
    );
    for part in ["unsafe", "http:", "https:", "data:", "*"] {
        assert!(!policy.contains(part), "{part}");
    }
}

#[test]
fn pages_are_small() {
    for (html, most) in [("/board", 200_000), ("/desk", 250_000), ("/reports", 200_000), ("/lists", 200_000)]
    {
        let files = page(html);
        assert!(files.len() > 5, "{html} loads {} files", files.len());
        let n_bytes: usize = files.iter().map(|asset| asset.bytes.len()).sum();
        assert!(n_bytes < most, "{html}: {n_bytes} bytes");
    }
    let used: Vec<&str> = ["/board", "/desk", "/reports", "/lists"]
        .iter()
        .flat_map(|html| page(html))
        .map(|a| a.path)
        .collect();
    for asset in ASSETS {
        assert!(used.contains(&asset.path), "no page loads {}", asset.path);
    }
}

/// Name, ways to the other pages, language and log-out are made in one place for all of them.
#[test]
fn pages_have_one_head() {
    for html in ["/board", "/desk", "/reports", "/lists"] {
        let files = page(html);
        assert!(files.iter().any(|asset| asset.path == "/web/head.js"), "{html}");
        let words = text(files[0]);
        let (_, rest) = words.split_once("<header>").expect("a head");
        let (own, _) = rest.split_once("</header>").expect("its end");
        for made in ["<h1", "<a ", "<nav", "id=\"language\"", "id=\"log-out\"", "id=\"connection\""] {
            assert!(!own.contains(made), "{html}: {made}");
        }
        let style = files.iter().filter(|asset| asset.content_type == CSS && asset.path != "/web/look.css");
        for asset in style {
            assert!(!text(asset).lines().any(|line| line.starts_with("header ")), "{}", asset.path);
        }
    }
}

#[test]
fn nothing_is_inline_foreign_or_made_from_text() {
    for asset in ASSETS {
        let words = text(asset);
        let namespace = words.replace("http://www.w3.org/2000/svg", "");
        for foreign in ["http://", "https://", "//cdn", "@import", "url("] {
            assert!(!namespace.contains(foreign), "{}: {foreign}", asset.path);
        }
        for made in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "DOMParser",
        ] {
            assert!(!words.contains(made), "{}: {made}", asset.path);
        }
        if asset.content_type == HTML {
            assert_eq!(
                words.matches("<script").count(),
                words.matches("<script type=\"module\" src=").count()
            );
            for inline in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
                assert!(!words.contains(inline), "{}: {inline}", asset.path);
            }
        }
    }
}

/// The keys of the words, each with English and Korean.
fn words() -> Vec<(&'static str, &'static str, &'static str)> {
    let asset = ASSETS.iter().find(|asset| asset.path == "/web/words.js").expect("words");
    let rows = text(asset).lines().filter_map(|line| line.strip_prefix("  \"")?.strip_suffix("],"));
    rows.map(|row| {
        let (key, both) = row.split_once("\": [\"").expect("a key and two sentences");
        let (english, korean) = both.split_once("\", \"").expect("two languages");
        (key, english, korean.strip_suffix('"').expect("the end"))
    })
    .collect()
}

#[test]
fn both_languages_say_everything() {
    let slots = |words: &str| {
        let mut found: Vec<String> =
            words.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
        found.sort();
        found
    };
    let is_korean = |c: char| ('가'..='힣').contains(&c);
    let (all, both) = (words(), ["language"]);
    assert!(all.len() > 150, "{}", all.len());
    for (n, (key, english, korean)) in all.iter().enumerate() {
        assert!(!english.is_empty() && !korean.is_empty(), "{key}");
        assert_eq!(slots(english), slots(korean), "{key}");
        assert!(!all[..n].iter().any(|(known, ..)| known == key), "{key} stands there twice");
        assert!(both.contains(key) || !english.contains(is_korean), "{key}");
        assert!(both.contains(key) || korean.contains(is_korean) || slots(korean).len() > 1, "{key}");
    }
}

#[test]
fn every_key_that_a_page_names_has_words() {
    let all = words();
    let is_known = |key: &str| all.iter().any(|(known, ..)| *known == key);
    let mut n = 0;
    for asset in ASSETS.iter().filter(|asset| asset.path != "/web/words.js") {
        for start in ["t(\"", "data-t=\"", "data-t-label=\""] {
            let words = text(asset);
            // `t` itself, and not the end of another name such as `post`.
            let is_whole = |at: usize| !words[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            for (at, _) in words.match_indices(start).filter(|(at, _)| is_whole(*at)) {
                let key = words[at + start.len()..].split('"').next().unwrap_or_default();
                assert!(is_known(key), "{}: {key}", asset.path);
                n += 1;
            }
        }
    }
    assert!(n > 100, "{n}");
    for code in ["held", "queued", "sending", "in_doubt", "accepted", "delivered", "undelivered", "failed"] {
        assert!(is_known(&format!("fate-{code}")), "{code}");
    }
    // What triage found is said in words, and never by the ids of its rules.
    let talk = ASSETS.iter().find(|asset| asset.path == "/web/talk.js").expect("the conversation");
    assert!(text(talk).contains("{ rules: inWords(text) }") && !text(talk).contains("rules: text.rules"));
    for state in
        ["works", "out_of_order", "refused", "paused", "deaf", "hears", "called", "preferred", "standby"]
    {
        assert!(is_known(&format!("carrier-{state}")), "{state}");
    }
}
