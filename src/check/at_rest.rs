//! Whether texts are encrypted at rest, and whether the key lies where it protects them. The plain package says nothing.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::domain::data_key::{CAN_ENCRYPT, DataKeys};
use crate::ops::lang::Lang;

pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    if !CAN_ENCRYPT {
        return Vec::new();
    }
    let keys = &config.data_keys;
    let said = match keys.is_none() {
        true => lang.pick(
            "this munjad can encrypt the database, and no key is set (docs/encryption.md)".to_owned(),
            "이 munjad 는 데이터베이스를 암호화할 수 있으나 키가 설정되어 있지 않습니다 (docs/encryption.ko.md)".to_owned(),
        ),
        false => lang.pick(
            format!("texts and photos are encrypted with the key in {}", keys.file().display()),
            format!("문자와 사진을 {} 파일의 키로 암호화합니다", keys.file().display()),
        ),
    };
    let near = lies_near(keys.file(), &config.database).then(|| near(keys, lang));
    std::iter::once(Finding::good("encryption", said)).chain(unfinished(keys, lang)).chain(near).collect()
}

/// Whether the key is on the same file system as the data: whoever takes the disk has both.
fn lies_near(key: &Path, database: &Path) -> bool {
    let device = |path: &Path| path.metadata().ok().map(|found| found.dev());
    device(key).is_some_and(|of_key| device(database) == Some(of_key))
}

fn near(keys: &DataKeys, lang: Lang) -> Finding {
    let file = keys.file().display();
    Finding::with(
        "encryption",
        Severity::Warning,
        lang.pick(
            format!("the key {file} lies on the same disk as the database: whoever has the disk has both"),
            format!("키 {file} 이(가) 데이터베이스와 같은 디스크에 있습니다. 디스크를 가진 사람은 둘 다 갖게 됩니다"),
        ),
        lang.pick(
            "hand it over as a credential that only this machine can open: systemd-creds encrypt (docs/encryption.md)",
            "이 서버에서만 열리는 systemd 자격 증명으로 넘기십시오: systemd-creds encrypt (docs/encryption.ko.md)",
        ),
    )
}

fn unfinished(keys: &DataKeys, lang: Lang) -> Option<Finding> {
    (keys.all().len() > 1).then(|| {
        Finding::with(
            "encryption",
            Severity::Warning,
            lang.pick(
                "more than one key: a change of keys is not finished",
                "키가 둘 이상입니다. 키 바꾸기가 끝나지 않았습니다",
            ),
            lang.pick(
                "stop munjad, then munjad db rekey (docs/encryption.md)",
                "munjad 를 멈추고 munjad db rekey 를 실행하십시오 (docs/encryption.ko.md)",
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::data_key::DataKey;

    #[test]
    fn a_key_beside_its_data_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let [key, database] = ["key", "munja.db"].map(|name| folder.path().join(name));
        assert!(!lies_near(&key, &database), "nothing is there");
        std::fs::write(&key, "k").unwrap();
        std::fs::write(&database, "d").unwrap();
        assert!(lies_near(&key, &database));
        assert!(!lies_near(Path::new("/proc/self/status"), &database));
        let keys = DataKeys::of(DataKey::new([1; 32]));
        assert_eq!(near(&keys, Lang::Ko).severity, Severity::Warning);
    }

    #[test]
    fn two_keys_are_told_until_one_is_left() {
        let keys = [1, 2].map(|n| DataKey::new([n; 32]));
        let of = |keys: &[DataKey]| DataKeys::parse(&DataKeys::written(keys), Path::new("k")).unwrap();
        assert!(unfinished(&of(&keys), Lang::En).unwrap().remedy.unwrap().contains("db rekey"));
        assert_eq!(unfinished(&of(&keys[..1]), Lang::En), None);
    }
}
