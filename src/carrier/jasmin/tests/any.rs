//! Whatever Jasmin answers or calls with, nothing falls over, only its own word counts as taken, and no call is acked of which
//! nothing is kept.

use proptest::prelude::*;

use super::*;

fn body() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just("Success \"01c0-46a\""),
        Just("Error \"No route found\""),
        Just("Error \""),
        Just("id=a&from=82101&to=062120"),
        Just("&binary=b124"),
        Just("&binary="),
        Just("&coding=%08"),
        Just("&coding=%"),
        Just("&message_status=DELIVRD"),
        Just("&level=1"),
        Just("&key="),
        Just("=&=%zz&%00"),
        Just("0500030201"),
    ];
    let piece = prop_oneof![4 => word.prop_map(|w| w.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 0..9)];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_answer_is_survived(status in prop_oneof![4 => Just(200), 1 => 200u16..600], body in body()) {
        let answer = || vec![Ok((status, body.clone())), says(200, RATE)];
        if run(driver(answer()).0.send(&outbound("네"))).is_ok() {
            prop_assert!(status == 200 && body.starts_with(b"Success \""));
        }
        drop(run(driver(answer()).0.check()));
    }

    #[test]
    fn any_call_is_kept_and_acked(body in body(), is_ours in any::<bool>()) {
        let url = if is_ours { super::push::DOOR } else { "https://munja.example.kr/push/jasmin?token=x" };
        match super::push::called(&Method::POST, url, &body) {
            Err(refused) => prop_assert!(!is_ours && refused == PushRefused::NotSigned),
            Ok(pushed) => {
                prop_assert!(is_ours && pushed.answer.body == "ACK/Jasmin");
                prop_assert!(pushed.texts.len() + pushed.receipts.len() <= 1);
            }
        }
    }

    #[test]
    fn any_text_is_read_as_it_was_sent(said in "[가-힣a-zA-Z@€\\[😀 \\n]{1,80}") {
        let said = said.as_str();
        let encoded = alphabet::encode(said, DefaultAlphabet::Gsm);
        let read = alphabet::decode(encoded.coding, &encoded.octets, DefaultAlphabet::Gsm);
        prop_assert_eq!(read.as_deref(), Some(said));
    }
}
