//! The status line of `systemctl status`, read at the socket by which systemd gets it.

use munja::sim::{Endpoint, Fault, FaultRule};

use crate::harness::{CITIZEN, Carrier, config_text, write_config};
use crate::process::{Service, init};

#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_of_danger_of_a_deaf_carrier_and_of_a_database_that_takes_nothing() {
    let carrier = Carrier::start().await;
    let folder = tempfile::tempdir().unwrap();
    init(folder.path(), carrier.port);
    let impatient =
        config_text(carrier.port, "").replace("full_walk_secs", "deaf_after_secs = 1\nfull_walk_secs");
    let config = write_config(folder.path(), &impatient);
    tokio::task::spawn_blocking(move || {
        let service = Service::start(folder.path(), &config);
        let until_well = || {
            let troubles = ["NOT READY", "DEAF", "in trouble"];
            service.until_it("good news", |notice| {
                notice.contains(" waiting") && !troubles.iter().any(|trouble| notice.contains(trouble))
            })
        };
        assert!(!until_well().contains("DANGER"));
        carrier.sim.text(CITIZEN, "살려주세요");
        service.until("STATUS=1 waiting (DANGER 1, nobody looks after 1), 0 in talk");
        carrier.sim.add_fault(FaultRule::at(Endpoint::Mo, Fault::ErrorBefore { status: 400 }));
        let deaf = service.until("; DEAF: bizgo");
        assert!(deaf.contains("; in trouble: bizgo") && deaf.contains("STATUS=1 waiting"), "{deaf}");
        carrier.sim.clear_faults();
        until_well();
        // Another program holds the lock of the database: nothing can be stored.
        let other = rusqlite::Connection::open(folder.path().join("munja.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        carrier.sim.text("01087654321", "버스 막차가 몇 시인가요?");
        let stuck = service.until("NOT READY");
        let expected =
            "STATUS=NOT READY: nothing can be stored: the database is locked by another process; 1 waiting";
        assert!(stuck.starts_with(expected), "{stuck}");
        other.execute_batch("ROLLBACK").unwrap();
        until_well();
        service.until("STATUS=2 waiting");
    })
    .await
    .unwrap();
}
