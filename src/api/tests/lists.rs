//! Lists that supervisors edit, with a keeper that knows one rule: a list that says `bad` cannot be used.

use futures_util::future::BoxFuture;

use super::*;
use crate::api::{Examined, ListKeeper, NotTaken};
use crate::domain::actor::{Actor, Role};
use crate::domain::edited_list::{Entry, List, ListFault, ListSource, ListState, changes};
use crate::store::{ListStored, NewListVersion};

pub(super) struct Keeper {
    pub store: Store,
    pub clock: Clock,
}

impl ListKeeper for Keeper {
    fn states(&self) -> Vec<ListState> {
        let state = |list: &List| ListState {
            list: *list,
            source: ListSource::BuiltIn,
            version: 0,
            by: None,
            refused: None,
        };
        List::ALL.iter().map(state).collect()
    }

    fn content(&self, list: List) -> String {
        format!("# {}", list.as_str())
    }

    fn examine(
        &self,
        list: List,
        content: Option<String>,
    ) -> BoxFuture<'_, Result<Examined, Vec<ListFault>>> {
        Box::pin(async move {
            let entry =
                |text: &str| Entry {
                    key: "교통/주정차".into(), text: text.into(), sent: Some(text.into())
                };
            match content.as_deref() {
                Some("bad") => Err(vec![ListFault {
                    list: Some(list),
                    line: Some(3),
                    key: Some("reply x".into()),
                    message: "is defined twice".into(),
                }]),
                Some("") => Ok(Examined { changes: changes(&[entry("")], &[]), triage: None }),
                _ => Ok(Examined { changes: changes(&[entry("a")], &[entry("b")]), triage: None }),
            }
        })
    }

    fn store(&self, new: NewListVersion, actor: Actor) -> BoxFuture<'_, Result<ListStored, NotTaken>> {
        Box::pin(async move {
            self.store.store_list(new, &actor, self.clock.now_ms()).await.map_err(NotTaken::Store)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_is_examined_stored_and_kept_with_its_history() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let boss = desk.token("boss").await;
    desk.store.set_duties("boss".into(), Some(Role::Supervisor), None).await.expect("promoted");
    let path = "/v1/lists/replies";
    let body =
        |content: &str, based_on: i64| json!({"content": content, "based_on": based_on, "reason": "새 안내"});
    for (method, path) in [("GET", "/v1/lists"), ("GET", path), ("GET", "/v1/lists/replies/history")] {
        let asked = request(method, path, &minsu).body(Body::empty()).expect("a request");
        desk.send(asked).await.refused("supervisors_only");
    }
    desk.put(path, &minsu, body("a", 0)).await.refused("supervisors_only");
    let refused = desk.get("/v1/lists/wishes", &boss).await.refused("bad_request");
    assert_eq!(refused["known"], json!(["categories", "replies", "texts", "words"]));
    assert_eq!(desk.get(path, &boss).await.expect(200)["content"], json!("# replies"));

    let refused = desk.put(path, &boss, body("bad", 0)).await.refused("list_refused");
    assert_eq!(
        refused["faults"],
        json!([{"list": "replies", "line": 3, "key": "reply x", "message": "is defined twice"}])
    );
    let mut dry = body("a", 0);
    dry["dry_run"] = json!(true);
    let examined = desk.put(path, &boss, dry).await.expect(200);
    assert_eq!(
        (&examined["is_stored"], &examined["changes"][0]["after"], &examined["changes"][0]["n_open"]),
        (&json!(false), &json!("b"), &Value::Null)
    );
    assert_eq!(examined["changes"][0]["size"]["kind"], json!("sms"));
    desk.put(path, &boss, json!({"content": "a", "based_on": 0})).await.refused("bad_request");
    desk.put(path, &boss, json!({"content": "a", "based_on": 7, "reason": "r"})).await.refused("bad_request");
    assert_eq!(desk.put(path, &boss, body("a", 0)).await.expect(200)["is_stored"], json!(true));
    let again = desk.put(path, &boss, body("a", 0)).await.expect(200);
    assert_eq!(
        (&again["is_stored"], &again["is_same"]),
        (&json!(false), &json!(true)),
        "after a lost answer"
    );
    let changed = desk.put(path, &boss, body("b", 0)).await.refused("list_changed");
    assert_eq!(
        (&changed["list_version"]["version"], &changed["list_version"]["by"]),
        (&json!(1), &json!("상담사 boss"))
    );
    let refused = desk.put(path, &boss, json!({"based_on": 1, "reason": "r"})).await.refused("bad_request");
    assert_eq!(refused["field"], json!("content"), "without it nothing goes back to the file");
    let file = json!({"content": null, "based_on": 1, "reason": "전처럼 900101-1234567"});
    desk.put(path, &boss, file).await.expect(200);
    let history = desk.get("/v1/lists/replies/history", &boss).await.expect(200);
    let all = history["versions"].as_array().expect("versions");
    assert_eq!((all.len(), &all[0]["is_file"], &all[1]["reason"]), (2, &json!(true), &json!("새 안내")));
    assert!(!history.to_string().contains("1234567") && all[1]["content"].is_null(), "{history}");
    let one = desk.get("/v1/lists/replies/history/1", &boss).await.expect(200);
    assert_eq!((&one["content"], &one["is_file"]), (&json!("a"), &json!(false)));
    desk.get("/v1/lists/replies/history/9", &boss).await.refused("not_found");
    desk.get("/v1/lists/replies/history/x", &boss).await.refused("bad_request");
}

#[tokio::test(start_paused = true)]
async fn a_category_that_goes_says_who_has_it() {
    let desk = Desk::open();
    let minsu = desk.one_active().await;
    let boss = desk.token("boss").await;
    desk.store.set_duties("boss".into(), Some(Role::Supervisor), None).await.expect("promoted");
    let category = json!({"action": "category", "category": "교통/주정차"});
    desk.post("/v1/conversations/1/actions", &minsu, category).await.expect(200);
    let body = json!({"content": "", "based_on": 0, "dry_run": true});
    let examined = desk.put("/v1/lists/categories", &boss, body).await.expect(200);
    let change = &examined["changes"][0];
    assert_eq!((&change["n_open"], &change["n_all"]), (&json!(1), &json!(1)));
}
