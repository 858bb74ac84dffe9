//! What supervisors take out as files.

use super::*;

#[tokio::test]
async fn moments_in_csv_have_year_and_zone_and_no_cell_is_a_formula() {
    let world = World::new().await;
    let bounds = json!({ "from": "2026-07-01", "to": "2026-07-02", "desk": null });
    let mut coaching = bounds.clone();
    coaching["consultations"] = json!([{ "counselor": "minsu", "counselor_name": "=cmd", "conversation_id": 12,
        "at": NOON - 86_400_000, "reason": "low_score", "score": 1, "words": "@늦어요" }]);
    (coaching["n_more"], coaching["loads"]) = (json!(0), json!([]));
    let mut incentive = bounds;
    incentive["made_at"] = json!(NOON);
    incentive["version"] = json!("1");
    incentive["rules"] = json!([]);
    incentive["counselors"] = json!([]);
    incentive["points"] = json!([{ "counselor": "minsu", "rule": "answered", "points": 1, "event_seq": 7, "kind": "replied",
        "conversation_id": 12, "at": NOON }]);
    world.server.on("GET /v1/reports/coaching", [Reply::Json(coaching)]);
    world.server.on("GET /v1/reports/incentive", [Reply::Json(incentive)]);
    for (what, moment) in
        [("coaching", "2026-07-02T12:00:00+00:00"), ("incentive", "2026-07-03T12:00:00+00:00")]
    {
        let folder = world.home.path().join("a-folder-whose-name-alone-is-more-than-forty-letters-long");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{what}.csv"));
        let file = path.display().to_string();
        let run = world.munja(&["report", what, "2026-07-01..2026-07-02", "--csv", &file]).await;
        assert_eq!(run.exit, Exit::Ok, "{}", run.err);
        assert!(run.err.contains(&file), "the path is told whole: {}", run.err);
        let csv = std::fs::read_to_string(&path).expect("written");
        assert!(csv.contains(moment), "{csv}");
        assert!(!csv.contains(",=") && !csv.contains("\n=") && !csv.contains(",@"), "{csv}");
        let run = world.munja(&["report", what, "--to", "out"]).await;
        assert_eq!(run.exit, Exit::Usage);
        assert!(run.err.contains(&format!("munja report {what} --csv {what}.csv")), "{}", run.err);
    }
}
