# 한국어. `en.ftl`과 같은 내용이며, 테스트가 두 파일을 비교합니다.


heading-usage = 사용법:
heading-commands = 명령
heading-arguments = 인수
heading-options = 옵션
value-command = 명령

cmd-munja = 문자(Munja): 시민의 문자 상담에 답변합니다.
    .examples =
        처음 시작:
          munja login --user minsu
          munja next                       다음 상담을 맡습니다
          munja reply 12 "5분 뒤에 도착합니다."
          munja close 12 --category 버스

        종료 코드:
          0  정상                          5  기다리는 시민이 없거나 찾는 것이 없음
          1  예상하지 못한 오류            6  거절: 다른 상담사가 상담 중, 종료됨, 이미 늦음
          2  사용법 오류, 읽지 못한 파일   7  먼저 상담 내용을 확인해야 함
          3  로그인하지 않았거나 만료됨    8  보낼 수 없는 내용
          4  서버에 연결 못 함, 응답 없음  9  서버 장애

        환경 변수:
          MUNJA_SERVER, MUNJA_PROFILE      --server, --profile 과 같음
          MUNJA_TOKEN                      로그인 대신 쓰는 토큰(스크립트용)
          NO_COLOR                         색을 쓰지 않음
cmd-desk = 문자 상담 화면을 엽니다. 터미널에서 명령 없이 munja 만 쳐도 열립니다.
    .examples =
        예:
          munja                            문자 상담 화면
          munja desk --contrast            뚜렷한 색으로
          munja desk --plain               한 줄씩(화면 낭독기)
        키는 화면에서 ? 를 누르면 나옵니다.
arg-desk-contrast = 터미널 바탕 위에 밝고 굵은 색만 씁니다
arg-desk-plain = 한 줄씩 말합니다. 화면 낭독기나 느린 연결에 씁니다
arg-status-short = 상태 표시줄에 쓸 한 줄로 보여 줍니다
cmd-login = 로그인하고 로그인 정보를 보관합니다.
    .examples =
        예:
          munja login --user minsu
          munja login --server https://munja.example.kr --user minsu
          munja login --user minsu --password-stdin < password.txt
          munja login --server https://munja.example.kr --ca city-ca.pem --user minsu
cmd-logout = 로그아웃하고 로그인 정보를 지웁니다.
    .examples =
        예:
          munja logout
          munja logout --profile night
cmd-whoami = 누구로 로그인했는지 보여 줍니다.
    .examples =
        예:
          munja whoami
cmd-passwd = 자기 비밀번호를 바꿉니다. 다른 곳의 로그인은 모두 끝납니다.
    .examples =
        예:
          munja passwd
          munja passwd --password-stdin < two-lines.txt    (지금 비밀번호, 새 비밀번호)
cmd-totp = 로그인할 때 휴대전화 인증 번호도 묻게 하거나(enable), 그만둡니다(disable).
    .examples =
        예:
          munja totp enable
          munja totp disable
cmd-sessions = 어디에 로그인해 있는지 보여 주거나, 그 로그인을 끝냅니다(end).
    .examples =
        예:
          munja sessions
          munja sessions end 17
          munja sessions end --others
cmd-accounts = 모든 계정을 보여 줍니다(계정 담당자, 감사).
    .examples =
        예:
          munja accounts
          munja accounts --json
cmd-audit = 접속기록을 봅니다(감사): 누가 어느 시민의 정보를 보거나 바꾸었는지.
    .examples =
        예:
          munja audit show --since 7d --login minsu
          munja audit show --action reveal --json
          munja audit who-saw --number - --reason "민원 2026-17" < 번호.txt
cmd-account = 다른 사람의 계정을 다룹니다(계정 담당자). 이력(history)은 감사도 봅니다.
    .examples =
        예:
          munja account minsu add --name 김민수 --desks main
          munja account minsu grant --role supervisor
          munja account minsu passwd
          munja account minsu disable          (enable, unlock, end-sessions, totp-reset)
          munja account minsu history
cmd-list = 기다리는 상담과 대기 시간을 보여 줍니다.
    .examples =
        예:
          munja list                       기다리는 시민
          munja list --mine                내가 맡은 상담
          munja list --all                 종료되지 않은 모든 상담
          munja list --state closed --limit 10
          munja list --all --after NEXT    다음 쪽(앞 쪽 아래에 명령이 나옵니다)

        파이프에서는 한 줄에 한 건입니다: 상담 번호, 가린 번호, 상태, 대기 시간, 마지막 문자, 짧은 이름.
        맨 앞의 표시: !! 긴급이고 아무도 살펴보지 않음, ! 긴급, · 확인 필요. 시민 칸은 번호 대신 쓰는 짧은 이름입니다.
cmd-next = 다음 차례의 상담을 맡습니다.
    .examples =
        예:
          munja next
          munja next || echo "대기 없음"       (종료 코드 5)
cmd-show = 상담 내용을 보여 줍니다.
    .examples =
        예:
          munja show 12
          munja show 12 --json
cmd-search = 시민의 문자, 답변, 메모를 새것부터 찾습니다.
    .examples =
        입력한 낱말이 모두 들어 있는 글을 찾습니다. 자음만 적으면 초성으로 찾습니다: ㅂㅅ → 버스. 세 글자 이상은 띄어쓰기가 달라도 찾습니다. 가려진 주민등록번호 등은 찾을 수 없습니다. 누가 언제 찾았고 누구의 글을 보았는지 기록됩니다.

        예:
          munja search 막차
          munja search ㅂㅅ 막차 --since 30d
          munja search "버스 정류장" --kind answer --category 교통
          munja search 7F2K                목록에 보이는 시민 7F2K의 글
          munja search --citizen 5678 --since 2026-03-01 --until 2026-03-31
          munja search 여권 --counselor minsu --desk main
          munja search --number - --reason "시민이 예전 답변을 물어봄" < 번호.txt
cmd-similar = 이 상담과 가장 비슷한 예전 질문 세 건과 그 답변을 보여 줍니다.
    .examples =
        볼 수 있는 종료된 상담에서 찾습니다. 주민등록번호 등은 가려집니다. 누가 보았는지 기록됩니다.

        예:
          munja similar 12
          munja reply 12 --from 7          상담 7번의 답변을 초안으로 가져와 답변하기
cmd-claim = 상담 하나를 골라 맡고 내용을 보여 줍니다.
    .examples =
        예:
          munja claim 12
cmd-reply = 맡은 상담의 시민에게 답변합니다.
    .examples =
        내용을 적지 않으면 편집기($VISUAL, $EDITOR)가 열립니다.
        보내지 못한 답변은 초안으로 보관되며, 편집기를 열면 다시 나타납니다.

        예:
          munja reply 12 "62번 버스는 5분 뒤에 도착합니다."
          munja reply 12
          munja reply 12 - < answer.txt
          munja reply 12 --promise 30m "차고지에 확인하고 있습니다."
          munja reply 12 --preview "..."    보내지 않고 조언과 함께 보기
          munja reply 12 --canned hello --category 버스
          munja reply 12 --photo 약도.jpg "정류장은 여기입니다."
          munja reply 12 --force "네."     새 문자가 와 있어도 보냅니다
          munja reply 12 --again "네."     똑같은 답변을 한 번 더 보냅니다
          munja reply 12 --replace "네 👍"  이모지를 말로 바꾸어 보냅니다
          munja reply 12 --draft           내 초안을 그대로 보냅니다

        $, !, ` 가 든 글은 작은따옴표로 묶으십시오. 큰따옴표 안에서는 셸이 바꿉니다: '53$'.
        터미널에서는 도착할 모습 그대로 보여 주고, 보내기 전에 묻습니다. 묻지 않고 보내려면 --yes 를 붙이십시오.
        몇 초 뒤에 나가므로 munja recall 로 되돌릴 수 있습니다.
cmd-advice = 시민이 이해하기 어렵거나 이용할 수 없는 부분을 알려 줍니다.
    .examples =
        전화하라는 말, 어려운 말과 외국어(쉬운 말 제안), 50자가 넘는 문장, 두 번째 질문, 날짜 없는 '내일', 주민등록번호 등을 찾습니다.
        알려 주기만 합니다. `munja reply`는 어떤 글이든 보냅니다.

        예:
          munja advice "금일 구비서류를 지참하여 내방 바랍니다."
          munja advice < answer.txt
          munja advice --json "전화 주세요."
cmd-photo = 시민이 보낸 사진·영상·음성을 봅니다.
    .examples =
        그림을 그릴 수 있는 터미널(kitty, Ghostty, Konsole, iTerm2, WezTerm)이면 바로 보이고, 그렇지 않으면 파일로 저장하고 저장한 곳을 알려 줍니다. 영상과 음성은 항상 파일로 저장하며, --open 을 붙이면 바로 재생합니다. 번호는 `munja show`에 나옵니다.

        예:
          munja photo 7
          munja photo 7 --open             보기 프로그램으로 엽니다
          munja photo 7 --save ~/사진/     폴더나 새 파일에 저장합니다
          munja photo 7 --json | jq -r .path
cmd-release = 맡은 상담을 다시 대기로 돌립니다.
    .examples =
        예:
          munja release 12
cmd-close = 상담을 종료합니다.
    .examples =
        이 컴퓨터에서 내용을 확인한 상담만 종료할 수 있습니다(munja show).

        예:
          munja close 12 --category 버스
          munja close 12 --reason "교통정책과로 안내함"
          munja close 12 --unanswered      마지막 문자에 답할 필요가 없을 때
cmd-recall = 아직 보내지 않은 답변을 취소합니다.
    .examples =
        문자 번호는 `munja reply`와 `munja show`에 나옵니다.

        예:
          munja recall                     가장 최근의 답변
          munja recall 56
          munja recall --all-of a1b2c3d4e5f6   여러 시민에게 보낸 답변(`munja answer-all` 이 이름을 알려 줍니다)
          munja recall --all-of            그중 가장 최근의 것
cmd-write = 시민에게 먼저 문자를 보냅니다. 사유가 남습니다.
    .examples =
        종료한 상담의 시민이나 번호로 새 상담을 시작합니다. 수신을 거부했거나 제한된 시민에게는 보내지 않습니다.

        예:
          munja write 12 "가로등을 고쳤습니다." --reason "도로과 회신"
          munja write 010-1234-5678 "요청하신 서류가 준비되었습니다." --reason "전화로 요청"
cmd-refer = 외부 부서에 넘긴 상담과 회신 기한을 적어 둡니다. 기한이 되면 알려 줍니다.
    .examples =
        종료한 상담에도 쓸 수 있습니다.

        예:
          munja refer 12 --to 도로과 --due 12-05
          munja list --referred            회신을 기다리는 상담
          munja refer 12 --done --note "고쳤다고 함"
cmd-urgent = 이 상담이 긴급하다고 모두에게 알립니다.
    .examples =
        예:
          munja urgent 12
cmd-ack = 긴급 상담을 살피고 있다고 알립니다. 벨이 멈춥니다. 시민에게 답할 때까지 관리자에게는 계속 알립니다.
    .examples =
        예:
          munja ack 12
cmd-false-alarm = 긴급이 아닌 상담의 경보를 사유를 적고 끝냅니다.
    .examples =
        누가 끝냈는지 기록되며, 사유는 상담 옆에 남습니다.

        예:
          munja false-alarm 12 --reason "노래 가사를 옮겨 적은 것"
cmd-reveal = 긴급한 글을 보낸 시민의 전화번호나 글 속의 가려진 번호를 보여 줍니다. 누가 언제 왜 보았는지 기록됩니다.
    .examples =
        전화번호는 긴급 상담을 맡은 사람이, 가려진 글은 그 상담을 맡은 사람이 볼 수 있습니다. 관리자는 둘 다 볼 수 있습니다.

        예:
          munja reveal 12 --reason "119에 알려야 함"
          munja reveal 12 --texts --reason "면허번호 확인"
cmd-where = 시민에게 지금 어디에 있는지 쉬운 말로 묻습니다.
    .examples =
        예:
          munja where 12
cmd-handover = 119나 112에 전화로 읽어 줄 내용을 보여 주고, 누구에게 알렸는지 기록합니다.
    .examples =
        번호와 시민이 보낸 글, 시각을 보여 줍니다. 알린 사람의 이름을 적으면 경보가 끝납니다.

        예:
          munja handover 12 119
          munja handover 12 112 --told "상황실 박경장"
cmd-duty = 지금과 다음 당직, 끝나지 않은 알림을 보여 줍니다.
    .examples =
        예:
          munja duty
cmd-on = 근무를 시작합니다. 문자를 받는 사람으로 동료에게 보입니다.
    .examples =
        예:
          munja on
cmd-phone = 통화 중임을 알립니다.
    .examples =
        예:
          munja phone
          munja on                         통화가 끝나면
cmd-break = 휴식 중임을 알립니다.
    .examples =
        예:
          munja break
cmd-off = 근무를 마칩니다. 아직 맡고 있는 상담을 알려 줍니다.
    .examples =
        예:
          munja off
          munja off --release              맡은 상담을 모두 내려놓고 마치기
cmd-colleagues = 누가 근무 중이고 상담을 몇 건 맡고 있는지 보여 줍니다.
    .examples =
        예:
          munja colleagues
          munja transfer 12 --person jiyeong --note "사정을 아는 상담사"
cmd-note = 동료가 볼 수 있게 상담에 메모를 남깁니다.
    .examples =
        예:
          munja note 12 "차고지에 확인 요청함"
cmd-draft = 내 초안을 서버에 보관하거나 보여 줍니다. 시민에게 보내지 않습니다.
    .examples =
        초안은 상담마다 하나이며 본인만 봅니다. munja desk, 웹 화면, munja reply 가 모두 같은 초안을 씁니다.

        예:
          munja draft 12 "62번은"          보관합니다
          munja draft 12                   보여 줍니다
          munja reply 12 --draft           그대로 보냅니다
          munja draft 12 --drop            버립니다
          munja draft 12 --leave "62번은"  다음에 맡을 동료에게 남깁니다(모두 봄, 글이 없으면 지움)
cmd-drafts = 보내지 않은 내 초안을 보여 줍니다.
    .examples =
        초안은 서버에 있어 다른 컴퓨터에서도 이어 쓸 수 있습니다. 내용은 본인만 봅니다.

        예:
          munja drafts
          munja reply 12                   초안을 이어 쓰기
          munja reply 12 --draft           초안을 그대로 보내기
cmd-promise = 언제까지 답변할지 약속합니다. 때가 되면 알려 주고, 늦어지면 시민에게 알립니다.
    .examples =
        예:
          munja promise 12 30m
          munja promise 12 14:30
          munja promise 12 2h "차고지에서 연락 주기로 함"
cmd-remind = 나중에 이 상담을 다시 알려 줍니다. 종료된 상담도 됩니다.
    .examples =
        예:
          munja remind 12 1d "여권이 나왔는지"
cmd-transfer = 메모를 남기고 상담을 다른 부서나 사람에게 넘깁니다.
    .examples =
        예:
          munja transfer 12 --desk bukgu --note "보건소 문의"
          munja transfer 12 --person jiyeong --note "전에 상담한 분"
cmd-return = 넘겨받은 상담을 메모와 함께 돌려보냅니다.
    .examples =
        예:
          munja return 12 "시청 업무입니다"
cmd-category = 상담 분류를 정합니다.
    .examples =
        예:
          munja category 12 주정차
          munja category 12 교통/주정차
cmd-prefer = 시민의 요청 사항을 적어 둡니다. 내용을 적지 않으면 지웁니다.
    .examples =
        예:
          munja prefer 12 "쉬운 말로"
cmd-warn = 욕설이 계속되면 상담을 끝낼 수 있다고 시민에게 알립니다.
    .examples =
        예:
          munja warn 12
cmd-take = 다른 상담사의 상담을 대신 맡습니다(관리자).
    .examples =
        예:
          munja take 12 "민수 상담사가 부탁함"
cmd-restrict = 긴급 상황이 아니면 한동안 이 시민에게 답변하지 않습니다(관리자).
    .examples =
        예:
          munja restrict 12 7d --reason "경고 뒤에도 협박"
cmd-unrestrict = 답변 제한을 풉니다(관리자).
    .examples =
        예:
          munja unrestrict 12
cmd-optout = 시민이 자동 문자를 원하지 않는다고 기록합니다. 답변은 계속 보낼 수 있습니다.
    .examples =
        예:
          munja optout 12
cmd-optin = 시민이 자동 문자를 다시 원한다고 기록합니다.
    .examples =
        예:
          munja optin 12
cmd-announce = 모든 상담 화면에 알립니다(관리자). 글 없이 쓰면 지난 24시간의 공지를 보여 줍니다.
    .examples =
        예:
          munja announce "눈: 12번과 62번 버스는 14시까지 돌아갑니다."
          munja announce
cmd-restricted = 답변이 제한되었거나 자동 문자를 거부한 시민의 목록(관리자). 번호는 가려져 있습니다.
    .examples =
        예:
          munja restricted
          munja unrestrict 12

        파이프에서는 한 줄에 한 사람이고 칸 사이는 탭입니다: 가린 번호, 상담 번호, 제한 끝, 제한 사유, 제한한 사람, 자동 문자를 거부한 때, 짧은 이름. 없는 것은 빈칸입니다.
cmd-evidence = 상담 전체를 해시와 함께 JSON으로 내보냅니다(관리자).
    .examples =
        예:
          munja evidence 12 --reason "경찰 신고 2026-11" > evidence.json
cmd-desks = 부서와 운영 여부를 보여 줍니다.
    .examples =
        예:
          munja desks
cmd-categories = 상담 분류를 보여 줍니다.
    .examples =
        예:
          munja categories
cmd-replies = 자주 쓰는 답변을 보여 줍니다.
    .examples =
        예:
          munja replies
          munja replies hello
          munja reply 12 --canned hello
cmd-surveys = 시민의 만족도 답변과 의견을 담당 상담사와 함께 보여 줍니다.
    .examples =
        예:
          munja surveys                    내가 맡은 상담, 최근 30일
          munja surveys --all --since 7d   모든 상담사(관리자)
cmd-report = 며칠 동안의 통계를 보여 줍니다: 건수, 시간, 분류, 만족도.
    .examples =
        예:
          munja report                         이번 달 지금까지
          munja report yesterday --by hour     어제, 시간대별
          munja report 2026-10 --compare last-year
          munja report 2026-10-01..2026-10-15 --desk bukgu
          munja report last-month --to reports          인쇄용 페이지, 엑셀, CSV를 폴더에
          munja report 2026-10 --words --html october.html
          munja report counselors last-month            관리자는 모두, 상담사는 자기 것
          munja report coaching week --low 2            관리자: 함께 볼 상담과 상담사가 겪은 일
          munja report incentive last-month --csv points.csv
          munja report staffing last-month              사람이 모자라는 시간

        날짜는 부서의 시간대로 셉니다. 모든 수치에 그 뜻을 밝힌 문장이 함께 나옵니다.
        파이프에서는 한 줄이 한 행입니다. coaching 의 칸 사이는 탭입니다. 함께 볼 상담: 상담사, 상담 번호, 시각, 사유, 점수, 걸린 시간.
        상담사가 겪은 일: 상담사, 긴급(7일), 긴급(30일), 욕설(7일), 욕설(30일).
cmd-review = 평가표로 상담을 평가하거나(관리자), 내 상담에 대한 평가에 답합니다.
    .examples =
        예:
          munja review sample --counselor minsu          볼 상담 다섯 건을 고르게 뽑습니다. 하루 동안 같습니다
          munja review show 12                           상담을 봅니다. 접속기록에 평가를 위해 본 것으로 남습니다
          munja review write 12 --marks 친절=5,정확=4,쉬운말=5,속도=3 --comment "순서대로 잘 알려 주었습니다."
          munja review sheet                             평가표
          munja review answer 3 "고맙습니다."            상담사가 한 번 답합니다
cmd-reviews = 내 상담에 대한 평가를 봅니다. 관리자는 모두 볼 수 있습니다.
    .examples =
        예:
          munja reviews
          munja reviews --all                            관리자
          munja reviews --of minsu
cmd-doubt = 발송되었는지 확실하지 않은 답변을 보여 줍니다.
    .examples =
        예:
          munja doubt
          munja doubt --after 812          다음 쪽(앞 쪽 아래에 명령이 나옵니다)
cmd-decide = 발송이 불확실한 답변을 어떻게 할지 정합니다.
    .examples =
        give-up      다시 보내지 않고 실패로 처리합니다
        send-again   같은 내용을 다시 보냅니다. 시민이 두 번 받을 수 있습니다

        예:
          munja decide 56 give-up
          munja decide 56 send-again
cmd-watch = 새로 일어나는 일을 한 줄씩 실시간으로 보여 줍니다.
    .examples =
        예:
          munja watch
          munja watch --json | jq .kind
          munja watch --after 1200         1201번 일부터
cmd-status = 서비스 상태를 보여 줍니다.
    .examples =
        예:
          munja status
          munja status --short             tmux, i3 ...
          munja status --json
cmd-completions = 셸 자동 완성 스크립트를 출력합니다.
    .examples =
        셸: bash, elvish, fish, powershell, zsh

        예:
          munja completions bash > ~/.local/share/bash-completion/completions/munja
cmd-help = 프로그램이나 명령의 도움말을 보여 줍니다.
    .examples =
        예:
          munja help reply

arg-json = JSON으로 출력합니다. 오류는 표준 오류에 JSON(problem details)으로 출력합니다
arg-lang = 언어: ko 또는 en (기본: LC_ALL, LC_MESSAGES, LANG)
arg-color = 색상: auto(기본), always, never
arg-profile = 로그인이 여러 개일 때 사용할 프로필 이름(기본: default)
arg-server = 서버 주소: https://호스트, http://127.0.0.1:포트, unix:/경로
arg-help = 도움말을 보여 줍니다
arg-version = 버전을 보여 줍니다
arg-n = 상담 번호
arg-m = 문자 번호
arg-login-user = 로그인 아이디
arg-login-password_stdin = 비밀번호를 표준 입력에서 읽습니다
arg-login-code = 휴대전화 인증 번호 또는 복구 코드(없으면 필요할 때 묻습니다)
arg-login-ca = 서버 인증서를 보증하는 인증 기관의 인증서 파일(PEM). 로그인과 함께 보관합니다
arg-password_stdin = 비밀번호를 표준 입력에서 한 줄씩 읽습니다
arg-totp-what = enable(설정) 또는 disable(해제)
arg-sessions-what = end 라고 적으면 로그인을 끝냅니다
arg-sessions-session = munja sessions 에 나오는 번호
arg-sessions-others = 지금 이 로그인만 빼고 모두
arg-audit-what = show: 기록을 차례로 보기, who-saw: 한 시민의 정보를 본 사람 모두
arg-audit-since = 이때부터: 2026-11-01, 24h, 30d (기본: 24h, who-saw 는 전부)
arg-audit-login = 이 사람이 한 일만
arg-audit-action = 이 동작만: list, search, view, photo, reveal, change, export, admin, audit ...
arg-audit-conversation = 이 상담에 관한 것만
arg-audit-limit = 최근 것부터 이만큼만 (기본: 200)
arg-audit-number = 시민의 전화번호, 번호가 아니면 발신자 이름 그대로(- 이면 표준 입력에서 읽음). 찾을 때도 남길 때도 번호 대신 가명(키로 만든 해시)만 씁니다
arg-audit-reason = 조회하는 사유. 접속기록에 남습니다
arg-account-login = 로그인 아이디
arg-account-what = add, grant, disable, enable, unlock, passwd, end-sessions, totp-reset, history
arg-account-name = 동료에게 보이는 이름(기본: 아이디)
arg-account-role = counselor, supervisor, administrator, auditor, board
arg-account-desks = 맡는 부서의 코드. `*` 는 모두
arg-list-all = 종료되지 않은 모든 상담
arg-list-mine = 내가 맡은 상담
arg-list-state = waiting(대기), active(상담 중), answered(답변함), closed(종료)
arg-list-limit = 최대 건수(기본: 50)
arg-list-after = 다음 쪽: 앞 쪽 아래에 나온 값
arg-search-words = 글에 모두 들어 있어야 하는 낱말. 여러 낱말을 하나로 찾으려면 따옴표로 묶습니다
arg-search-number = 시민의 전화번호 전체, 번호가 아니면 발신자 이름 그대로(- 이면 표준 입력에서 읽음). --reason이 필요합니다
arg-search-reason = 번호로 찾는 사유. 접속기록에 남습니다
arg-search-citizen = 목록에 보이는 이름(7F2K)이나 번호(010-****-5678), 또는 번호의 끝 네 자리
arg-search-category = 분류 또는 큰 분류 전체(`munja categories`)
arg-search-counselor = 답변이나 메모를 쓴 상담사, 또는 그 상담을 맡은 상담사의 아이디
arg-search-desk = 부서 코드(`munja desks`)
arg-search-since = 이날부터(2026-03-01) 또는 지금부터 얼마 전까지(30d)
arg-search-until = 이날까지(2026-03-31) 또는 얼마 전까지(7d)
arg-search-kind = text(시민의 문자), answer(답변), note(메모) 중 하나만
arg-search-after = 앞 쪽에 이어서 찾습니다. 적을 값은 munja가 알려 줍니다
arg-search-limit = 최대 건수(기본: 20, 최대 100)
arg-reveal-texts = 주민등록번호, 카드번호 등이 가려진 글을 그대로 보여 줍니다
arg-reply-text = 답변 내용. -를 적으면 표준 입력에서 읽습니다
arg-reply-photo = 함께 보낼 사진 파일. 여러 번 적을 수 있습니다. 크기를 알맞게 줄이고 촬영 위치 같은 정보는 지웁니다
arg-reply-again = 똑같은 답변을 한 번 더 보냅니다. 이 옵션이 없으면 시민이 다시 문자를 보내기 전까지 같은 답변은 한 번만 나갑니다
arg-reply-replace = 보낼 수 없는 글자를 다른 말이나 기호로 바꾸어 보냅니다
arg-reply-from = 이 상담의 답변을 초안으로 가져와 편집기에서 엽니다
arg-reply-preview = 보내지 않고 조언과 함께 보여 줍니다. 글은 초안으로 보관됩니다
arg-reply-advice = 화면이 아닌 곳으로 출력할 때도 조언을 보여 줍니다
arg-advice-text = 내용. 적지 않거나 -를 적으면 표준 입력에서 읽습니다
arg-reply-force = 새 문자가 와 있어도 보냅니다
arg-reply-last_seen = 마지막으로 확인한 시민 문자의 번호(기본: 이 컴퓨터에서 마지막으로 본 문자)
arg-photo-photo = munja show 에 나오는 사진·영상·음성 번호
arg-photo-save = 이 폴더나 새 파일에 저장합니다. 이미 있는 파일은 덮어쓰지 않습니다
arg-photo-open = 보기 프로그램(xdg-open)으로 엽니다
arg-close-reason = 동료에게 남기는 종료 사유(200자까지)
arg-close-force = 새 문자가 와 있어도 종료합니다
arg-close-drop_promise = 답변을 약속했어도 종료합니다(약속은 지워집니다)
arg-decide-decision = give-up(포기) 또는 send-again(다시 보냄)
arg-decide-yes = 확인을 묻지 않습니다
arg-text = 내용
arg-span = 시각: 지금부터 30m, 2h, 1d, 또는 14:30, 12-05, "12-05 14:30"
arg-restrict-span = 얼마 동안: 2h, 7d, 길어야 30d
arg-note = 받는 사람에게 남길 메모
arg-reason = 사유. 메모로 남습니다
arg-handover-service = 119(불·부상) 또는 112(범죄)
arg-handover-told = 알린 사람의 이름. 적지 않으면 묻습니다
arg-transfer-desk = 부서 코드(`munja desks`)
arg-transfer-person = 상담사 아이디
arg-surveys-since = 언제부터인지(기본: 30d): 24h, 30d
arg-surveys-all = 모든 상담사의 것(관리자)
arg-doubt-after = 다음 쪽: 앞 쪽 아래에 나온 값
arg-surveys-after = 다음 쪽: 앞 쪽 아래에 나온 값
arg-draft-leave = 내 초안이 아니라, 이 상담을 다음에 맡을 동료에게 남깁니다. 부서의 모두가 봅니다
arg-draft-drop = 내 초안을 버립니다
arg-off-release = 맡은 상담을 모두 내려놓습니다
arg-reply-draft = 서버에 있는 내 초안을 그대로 보냅니다
arg-reply-parts = 묻지 않고 보냅니다(--yes 도 같음). 여러 통으로 나뉘어도 보냅니다
arg-close-unanswered = 마지막 문자에 답하지 않고 종료합니다
arg-recall-m = 문자 번호(생략하면 가장 최근의 답변)
arg-recall-all_of = 여러 시민에게 보낸 답변을 아직 나가지 않은 만큼 취소(생략하면 가장 최근의 것)
arg-report-what = day, yesterday, week, last-week, month(기본. staffing, incentive는 last-month), last-month, year, last-year, 2026-11-30, 2026-11, 2026, 2026-W48, 또는 둘 사이에 .. 을 넣은 것. 앞에 `counselors`(상담사별), `coaching`(함께 볼 상담), `incentive`(점수), `staffing`(인력)을 적을 수 있습니다
arg-report-desk = 이 부서만(`munja desks`)
arg-report-by = 줄의 기준: hour(시간), day(날짜, 기본), weekday(요일), month(월, 62일을 넘으면 기본), desk(부서), category(분류), counselor(상담사)
arg-report-compare = 견줄 기간: previous(바로 앞 기간), last-year(지난해 같은 기간)
arg-report-words = 시민이 서비스에 대해 쓴 글도 함께(관리자. 접속기록에 남습니다)
arg-review-what = sheet(평가표), sample(뽑기), show(보기), write(평가), answer(답)
arg-review-n = 상담 번호. answer 에는 평가 번호
arg-review-text = 답. 2,000자까지
arg-review-counselor = 누구의 상담인지(아이디)
arg-review-desk = 이 부서만(`munja desks`)
arg-review-days = 며칠 안에 종료된 상담에서(30)
arg-review-count = 몇 건을 뽑을지(5)
arg-review-seed = 같은 수는 같은 상담을 뽑습니다. 기본은 오늘의 수
arg-review-marks = 평가표의 모든 항목에 점수를 하나씩: 친절=5,속도=4
arg-review-comment = 상담사에게 남길 글. 2,000자까지
arg-reviews-all = 모든 상담사(관리자)
arg-reviews-of = 이 상담사만(관리자)
arg-report-low = coaching: 이 점수까지의 만족도(2)
arg-report-slow = coaching: 이보다 오래 걸린 첫 답변, 예: 15m(15분)
arg-announce-text = 한 줄, 300자까지. 시민에 관한 것은 적지 않습니다
arg-list-of = 이 상담사가 맡은 상담(아이디. 관리자)
arg-watch-desk = 이 부서의 상담과 모두에게 관계되는 것만
arg-watch-kind = 이 종류의 사건만, 예: opened,closed (종류는 --json 으로 봅니다)
arg-watch-danger = 긴급 상담에 관한 것만
arg-report-html = 차트가 든 인쇄용 페이지를 저장합니다(-는 표준 출력)
arg-report-xlsx = 엑셀 파일을 저장합니다
arg-report-csv = CSV 파일을 저장합니다
arg-report-to = 세 가지를 모두 이 폴더에 기간의 이름으로 저장합니다
arg-categories-desk = 이 부서의 분류만
arg-replies-desk = 답변에 넣을 부서
arg-replies-key = 이 답변만 전체를 봅니다
arg-reply-promise = 나머지 답변을 그때까지 하겠다고 약속합니다(30m, 2h, 1d). 때가 되면 알려 주고, 늦어지면 시민에게 알립니다
arg-reply-canned = 자주 쓰는 답변의 코드(`munja replies`). 분류도 함께 정합니다
arg-reply-category = 상담 분류(`munja categories`). 하나만 가리키면 일부만 적어도 됩니다
arg-close-category = 상담 분류(`munja categories`). 하나만 가리키면 일부만 적어도 됩니다
arg-show-unfold = 욕설이 있는 문자도 모두 보여 줍니다
arg-watch-after = 이 번호 다음 일부터 보여 줍니다
arg-completions-shell = 셸 이름
arg-help-command = 명령 이름

head-number = 번호
head-citizen = 시민
head-state = 상태
head-role = 역할
head-waits-short = 대기
head-last = 마지막 문자
conversation-title = 상담 { $n }번
waits-now = 기다린 지 1분 미만
waits = { $span }째 기다림
close-reason = 종료 사유: { $reason }
close-reason-recovery = 복구(백업을 되돌린 뒤 통신사 목록에서 찾음)
close-reason-restricted = 시민의 답변 제한
close-reason-erased = 지움: 보관 기간이 지났거나 시민이 지워 달라고 했습니다
close-reason-no_reply = 시민이 답하지 않아 자동으로 종료
late-short = [늦게 도착: { $at } 보냄]
late-brief = 늦게 도착({ $at } 보냄)
previous = 이 시민의 이전 상담: munja show { $n }
found-text = 시민
found-answer = 답변
found-unsent = 보내지 않은 답변
found-note = 메모
search-name = 시민의 짧은 이름이면: munja search --citizen { $name }
search-more = … 더 있습니다. 이어서 보려면 --after { $next }
search-looked-back = { $at }까지 찾아보았습니다. 그 이전 글은 아직 찾아보지 않았습니다.
advice-none = 고칠 곳이 없습니다.
similar-how = 답변을 초안으로 가져오려면: munja reply { $n } --from { $m }
list-empty = 해당하는 상담이 없습니다.
surveys-empty = 만족도 답이 없습니다.
list-empty-mine = 맡은 상담이 없습니다. `munja next`로 다음 상담을 맡을 수 있습니다.
list-empty-waiting = 기다리는 시민이 없습니다.
list-next = 모두 { $n }건입니다. 다음 쪽: { $command }
needs-decision = 결정이 필요합니다: munja decide { $m } give-up 또는 send-again

photo-kept = { $what } { $id } · { $type } { $size } · munja photo { $id }
photo-saved = 저장했습니다: { $path }

logged-in = { $name } 님으로 { $server } 서버에 로그인했습니다. { $until }까지 유효합니다.
logged-out = 로그아웃했습니다.
logged-out-here-only = 이 컴퓨터에서는 로그아웃했지만 서버에는 알리지 못했습니다.
ask-user = 아이디:
ask-password = { $login } 님의 비밀번호:
ask-old-password = 지금 비밀번호:
ask-new-password = 새 비밀번호(10자 이상):
ask-password-again = 한 번 더:
ask-first-code = 휴대전화에 나온 인증 번호:
ask-code = 휴대전화 인증 번호 또는 복구 코드:
password-changed = 비밀번호를 바꿨습니다. 다른 곳의 로그인은 끝났습니다.
choose-password = 다른 사람이 정해 준 비밀번호입니다. 새 비밀번호를 정해 주세요.
choose-password-later = 다른 사람이 정해 준 비밀번호입니다. 새 비밀번호를 정해 주세요: munja passwd
password-again = 다시 정해 주세요.
set-up-totp = 맡은 역할은 휴대전화 인증 번호가 필요합니다: munja totp enable
totp-setup =
    인증 앱에 이 키를 넣으세요: { $secret }
    QR 코드용 주소: { $uri }
totp-enabled =
    이제 로그인할 때 인증 번호를 묻습니다. 복구 코드를 안전한 곳에 적어 두세요. 다시 보여 주지 않으며, 한 번씩 쓸 수 있습니다:
    { $codes }
totp-disabled = 이제 로그인할 때 인증 번호를 묻지 않습니다.
session-line = { $n }  { $from } 에서, { $since } 부터, 마지막 사용 { $used } 쯤
session-this = { $n }  { $from } 에서, { $since } 부터, 마지막 사용 { $used } 쯤 (지금 이 로그인)
session-ended = 로그인 { $n }번을 끝냈습니다.
sessions-ended = 다른 로그인 { $n }개를 끝냈습니다.
account-added = { $login } 계정을 만들었습니다. 첫 로그인 때 본인이 비밀번호를 새로 정합니다.
account-changed = { $login } 계정을 바꿨습니다.
account-has-totp = 2단계 인증
account-must-change = 비밀번호를 바꿔야 함
account-disabled = 사용 중지
account-used = 마지막 사용 { $at }
desk-exception = { $at }  다른 부서({ $desk })의 상담 { $n }번: 열람 { $seen }회, 처리 { $done }회
change-added = 추가
change-disabled = 사용 중지
change-enabled = 다시 사용
change-role = 역할
change-desks = 부서
change-password_reset = 비밀번호 재설정
change-password_changed = 비밀번호 변경
change-totp_enabled = 2단계 인증 설정
change-totp_disabled = 2단계 인증 해제
change-totp_reset = 2단계 인증 초기화
change-sessions_ended = 로그인 종료:
change-unlocked = 잠금 해제
change-logged_in = 로그인
change-recovery_code = 복구 코드 사용
change-logged_out = 로그아웃
released = 상담 { $n }번을 내려놓았습니다.
closed = 상담 { $n }번을 종료했습니다.
recalled = 문자 { $m }의 발송을 취소했습니다. 시민에게 보내지 않습니다.
doubt-empty = 발송이 불확실한 답변이 없습니다.
ask-send-again = 문자 { $m }의 내용을 다시 보낼까요? 먼저 보낸 것이 도착했다면 시민이 두 번 받게 됩니다. [y/N]
given-up = 문자 { $m }번을 실패로 처리했습니다.
sent-again = 문자 { $m }의 내용을 다시 보냅니다.
replied = 답변을 보냅니다.
replied-before = 이미 접수된 답변입니다. 다시 보내지 않았습니다.
replied-same = { $earlier } 지금은 보내지 않았습니다. 한 번 더 보내려면 --again을 붙이십시오.
not-applied-promise = 답변 약속은 저장되지 않았습니다. 앞서 보낸 답변이 그대로 유지됩니다. 지금 약속하려면: munja promise { $n } 30m
not-applied-category = 분류는 저장되지 않았습니다. 앞서 보낸 답변이 그대로 유지됩니다. 지금 정하려면: munja category { $n } 분류
replied-recall = 보내기 전에 취소하려면: munja recall { $m }
replied-held = { $secs }초 뒤에 나갑니다. 그 전에 되돌리려면: munja recall { $m }
draft-kept = 작성한 내용을 보관했습니다: { $path } (터미널에서 다시 열기: munja reply { $n }. 또는: munja reply { $n } - < 파일)
draft-to-change = 작성한 내용을 초안으로 보관했습니다. 고치려면: munja reply { $n }
draft-on-server = 작성한 내용을 초안으로 보관했습니다. 고치려면: munja reply { $n }, 그대로 보내려면: munja reply { $n } --draft

watch-begin = 지켜보는 중입니다. 끝내려면 Ctrl-C를 누르십시오.
watch-lost = 서버와 연결이 끊겼습니다({ $why }). 다시 연결하는 중입니다 …
watch-back = 다시 연결되었습니다. 놓친 일은 없습니다.
event-needs_decision = 문자 { $m } 발송 불확실: 결정이 필요합니다 (munja decide { $m } …)

status-recovery-reading = 복구 중: { $made }의 사본으로 되돌려 통신사 목록을 읽고 있습니다. 아직 시민에게 보내지 않습니다.
status-recovery-waiting = 복구 중: { $made }의 사본으로 되돌렸습니다. 운영자가 확인할 때까지(munjad recovery confirm) 답은 기다립니다. 위험 상담의 답은 나갑니다.
status-server = munjad { $version }, { $ago } 시작
status-not-ready = 문자를 제대로 처리하지 못하고 있습니다({ $why }). 운영자에게 바로 알려 주십시오.
status-carrier = 통신사 { $name }{ $role }: 마지막 문자 확인·저장 { $ago }
status-carrier-called = 통신사 { $name }{ $role }: 문자는 웹훅으로만 옵니다. 마지막 문자 { $called }
status-deaf = 수신 불가 { $span }: 통신사 { $name }에서 시민의 문자를 받지 못하고 있습니다({ $why }). 운영자에게 바로 알려 주십시오.
status-carrier-sends = 통신사 { $name }{ $role }
status-role-preferred = {" "}(발송)
status-role-standby = {" "}(예비 발송)
status-role-inbound = {" "}(수신)
status-stopped = 발송이 멈췄습니다. 통신사 { $name }에서 키 또는 계정을 거절합니다. 운영자에게 알려 주십시오.
status-out-of-order = 통신사 { $name }에서 응답이 없어 가끔 다시 시도합니다. 운영자에게 알려 주십시오.
status-paused = 운영자가 통신사 { $name }의 발송을 멈춰 두었습니다.
status-possible-loss = 문자가 유실되었을 수 있습니다. { $name }의 응답 { $n }건이 온전히 오지 않았습니다(마지막 { $ago }). 운영자에게 알려 주십시오.
status-dates-behind = { $name }에서 문자 날짜를 { $n }분 이르게 적어 늦게 온 문자를 가려낼 수 없습니다. 운영자에게 알려 주십시오.
status-compared-in = 받은 문자 대조({ $at }): 통신사 { $theirs }건, 우리 { $ours }건
status-compared-in-differs = 받은 문자 대조({ $at }): 통신사 { $theirs }건, 우리 { $ours }건, { $differences }건 다름. 운영자에게 알려 주십시오.
status-compared-out = 보낸 문자 대조({ $at }): 통신사 { $theirs }건, 우리 { $ours }건
status-compared-out-differs = 보낸 문자 대조({ $at }): 통신사 { $theirs }건, 우리 { $ours }건, { $differences }건 다름. 운영자에게 알려 주십시오.
status-error = 최근 장애: { $why }
status-oldest = , 가장 오래 기다린 시간 { $span }
status-conversations = 상담 중 { $active }건 · 대기 { $waiting }건
status-dangers = 답하지 않은 긴급 { $n }건 · 맡은 사람 없음 { $ringing }건
status-sending = 발송 대기 { $queued }건 · 도착 확인 전 { $unreceipted }건
status-in-doubt = 발송 불확실 { $n }건 (munja doubt)
status-failed = 최근 24시간 실패 { $n }건
status-quarantined = 읽을 수 없는 문자 { $n }건 (운영자가 확인합니다)
status-late = { $name } 작업이 늦어지고 있습니다(마지막 진행: { $ago }). 운영자에게 알려 주십시오.

next-bad_request = 적힌 항목을 고쳐 다시 하십시오. 틀린 것이 없으면 운영자에게 알려 주십시오(요청 번호 { $request }).
next-unknown_field = 운영자에게 알려 주십시오(요청 번호 { $request }).
next-wrong_content_type = 운영자에게 알려 주십시오(요청 번호 { $request }).
candidates = 이 중 하나를 적어 주십시오: { $names }
next-unauthorized = munja login
error-not_logged_in = 로그인하지 않았습니다.
next-not_logged_in = munja login
error-other_server = 지금 로그인한 서버는 { $other }입니다. { $server } 서버에는 로그인하지 않았습니다.
next-other_server = 로그인하기: munja login --server { $server }. 로그인을 따로 보관하려면 --profile 이름 을 붙이십시오.
next-wrong_login = 다시 시도하십시오. 여러 번 틀리면 이곳에서의 로그인이 잠시 잠깁니다.
next-locked_out = { $minutes }분 뒤에 다시 시도하거나, 운영자에게 잠금을 바로 풀어 달라고 하십시오(munjad user unlock 아이디).
next-not_found = 번호 확인: { $numbers }
error-no_such_review = { $r }번 평가가 없거나 내 평가가 아닙니다.
next-no_such_review = munja reviews 로 평가 번호를 확인하십시오.
next-nobody_waits = munja watch 로 새 상담을 기다릴 수 있습니다.
next-offered_to_other = 다른 상담을 맡으십시오: munja next. 관리자는 바로 맡을 수 있습니다.
next-claimed_by_other = 다른 상담을 맡으십시오: munja next
next-not_claimed = munja claim { $n }
next-newer_texts = 확인한 뒤 다시 하십시오: munja show { $n }. 그대로 하려면 --force를 붙이십시오.
error-not_seen = 상담 { $n }번의 내용을 아직 확인하지 않았습니다.
next-not_seen = munja show { $n }
next-closed = 시민이 다시 문자를 보내면 저절로 대기 상태가 됩니다.
next-already_left = 필요하면 정정하는 답변을 보내십시오.
next-did_not_leave = 시민이 아직 기다리면 답하십시오. 쓰던 글은 munja drafts 로 봅니다.
next-not_in_doubt = munja doubt 로 남은 문자를 확인하십시오.
next-draft_changed = 보관된 초안 보기: munja draft { $n }. 쓰던 글과 함께 편집기에서 열기: munja reply { $n }
next-key_reused = 다시 보내기 전에 확인하십시오: munja show { $n }
next-empty_text = munja reply { $n } "답변"
offer-how = 이대로 보내려면: munja reply { $n } --replace "답변"
next-unencodable = 빼거나 다른 말로 바꾸어 주십시오.
next-too_long = 줄이거나 여러 번에 나누어 답변하십시오.
next-body_too_large = 줄이거나 여러 번에 나누어 보내십시오.
next-photo_not_here_yet = 잠시 뒤에 다시 하십시오: munja photo { $n }
next-photo_lost = 사유는 munja show 에 나옵니다.
next-photo_too_large = 16 MiB, 5천만 화소가 넘지 않게 줄여 주십시오.
next-not_a_photo = JPEG, PNG, GIF, WebP 파일을 고르십시오.
next-photos_not_taken = 사진 없이 글로 답변하십시오.
next-too_many_photos = 여러 답변으로 나누어 보내십시오.
next-no_such_photo = --photo 로 다시 올리십시오.
error-file_exists = 이미 있는 파일입니다: { $path }
next-file_exists = 다른 이름이나 폴더를 적으십시오.
error-no_viewer = 보기 프로그램(xdg-open)을 실행할 수 없습니다.
next-no_viewer = 파일은 여기에 있습니다: { $path }
next-method_not_allowed = 서버가 이 프로그램보다 이전 버전일 수 있습니다. 운영자에게 알려 주십시오.
next-too_slow = 네트워크를 확인하고 다시 시도하십시오.
next-log_ins_crowded = 몇 초 뒤에 다시 시도하십시오.
next-too_many_requests = 몇 초 뒤에 다시 시도하십시오. 반복해서 요청하는 프로그램이 있으면 쉬었다 요청하게 하십시오.
next-database_busy = 잠시 뒤에 다시 시도하십시오.
next-database_full = 바로 운영자에게 알려 주십시오(요청 번호 { $request }).
next-database_broken = 바로 운영자에게 알려 주십시오(요청 번호 { $request }).
next-internal = 다시 시도하십시오. 계속되면 운영자에게 알려 주십시오(요청 번호 { $request }).
next-unreachable = 네트워크와 --server를 확인하거나 운영자에게 문의하십시오.
next-no_answer = 다시 하기 전에 먼저 확인하십시오: { $look }
next-reply-unreachable = 서버가 답변을 받았는지 알 수 없습니다. 나중에 같은 내용을 다시 보내십시오. 시민에게는 한 번만 갑니다.
next-reply-no_answer = 나중에 같은 내용을 다시 보내십시오. 시민에게는 한 번만 갑니다.
next-certificate_unknown = 기관에서 직접 만든 인증서라면 운영자에게 파일을 받아 munja login --ca 파일 로 로그인하십시오. 이미 그렇게 했다면 그 파일은 이 서버의 것이 아닙니다. 어느 쪽도 아니라면 로그인하지 마십시오.
next-certificate_expired = 운영자에게 인증서를 갱신해 달라고 알리십시오. 이 컴퓨터의 날짜가 틀렸다면 바로잡으십시오.
next-certificate_not_yet = 이 컴퓨터의 날짜를 바로잡으십시오. 날짜가 맞다면 운영자에게 알려 주십시오.
next-certificate_name = --server 에 IP 주소나 다른 이름 대신 운영자가 알려 준 이름을 적으십시오.
next-certificate_bad = 운영자에게 알려 주십시오. 스스로 인증기관(CA:TRUE)이라고 적힌 인증서는 쓸 수 없습니다.
next-needs_tls = --server 주소를 https:// 로 시작하십시오. 그래도 안 되면 포트를 확인하십시오.
next-no_tls = --server 의 주소와 포트를 확인하십시오. 서버가 이 컴퓨터에 있다면 http://127.0.0.1:포트 일 수 있습니다.
next-bad_answer = --server 주소를 확인하십시오.
error-file_missing = { $file } 파일이 없습니다.
next-file_missing = 파일 이름과 폴더를 확인하십시오.
error-file_denied = { $file } 파일을 읽을 권한이 없습니다.
next-file_denied = 읽기 권한을 주거나 자기 폴더로 복사하십시오.
error-file_folder = 파일이 아니라 폴더입니다: { $file }
next-file_folder = 그 안의 파일 이름까지 적으십시오.
error-file_not_text = UTF-8 텍스트 파일이 아닙니다: { $file }
next-file_not_text = UTF-8 텍스트로 저장한 뒤 다시 하십시오.
error-file_unreadable = { $file } 파일을 읽을 수 없습니다: { $why }
next-file_unreadable = 파일을 다른 곳으로 복사하거나 운영자에게 문의하십시오.
error-file_too_large = { $file } 파일이 너무 큽니다. { $kib } KiB까지입니다. 보내거나 저장하지 않았습니다.
next-file_too_large = 맞는 파일인지 확인하고 줄이십시오.
error-input_not_text = 표준 입력이 UTF-8 텍스트가 아닙니다.
next-input_not_text = UTF-8 텍스트로 저장한 뒤 다시 하십시오.
error-unexpected = 예상하지 못한 오류입니다: { $why }
next-unexpected = 계속되면 운영자에게 알려 주십시오.
error-plain_http = { $server } 주소로는 비밀번호가 암호화되지 않고 전송됩니다.
next-plain_http = https:// 주소를 쓰십시오. http://는 127.0.0.1과 localhost에서만 쓸 수 있습니다.
error-bad_server = 서버 주소가 아닙니다: { $server }
next-bad_server = https://호스트, http://127.0.0.1:포트, unix:/경로 가운데 하나로 적으십시오.
error-bad_profile = 프로필 이름은 영문자, 숫자, 점, -, _ 로 32자까지이며 점으로 시작할 수 없습니다.
next-bad_profile = 예: --profile night
error-no_home = 로그인 정보를 보관할 곳이 없습니다. HOME도 XDG_CONFIG_HOME과 XDG_STATE_HOME도 설정되어 있지 않습니다.
next-no_home = HOME을 설정하십시오.
error-no_user = 누구로 로그인할지 적어 주십시오.
next-no_user = munja login --user 아이디
error-passwords_differ = 두 비밀번호가 다릅니다.
error-no_session_named = 끝낼 로그인을 정하지 않았습니다.
next-no_session_named = munja sessions end 번호 또는 munja sessions end --others
error-nothing_granted = 역할이나 부서를 정하지 않았습니다.
next-nothing_granted = munja account 아이디 grant --role supervisor
next-must_change_password = munja passwd
next-must_set_up_totp = munja totp enable
next-wrong_code = 앱에 새 번호가 나오면 다시 시도하십시오. 휴대전화를 잃어버렸으면 복구 코드를 쓰십시오.
next-wrong_password = 다시 시도하십시오. 잊었으면 운영자가 새로 정해 줍니다(munjad user passwd).
next-role_refuses = munja whoami 로 역할을 확인하십시오.
next-not_yourself = munja account 다른아이디 …
next-login_taken = munja accounts 로 확인하고, 사용이 중지된 계정이면 enable 하십시오.
next-totp_in_use = munja totp disable
next-password_length = 더 긴 것으로 정하십시오. 낱말 몇 개를 이어 쓰면 좋습니다.
next-password_common = 뜻이 이어지지 않는 낱말 몇 개를 이어 쓰면 좋습니다.
next-password_personal = 뜻이 이어지지 않는 낱말 몇 개를 이어 쓰면 좋습니다.
next-password_unchanged = munja passwd
next-code_needed = munja login --code 번호
error-no_password = 비밀번호를 물어볼 터미널이 없습니다.
next-no_password = munja login --user 아이디 --password-stdin
next-in-totp-no_password = 터미널에서 실행하십시오. 프로그램에서는 비밀번호와 인증 번호를 표준 입력에 한 줄씩 넘깁니다: munja totp enable --password-stdin
next-in-passwd-no_password = munja passwd --password-stdin < two-lines.txt    (지금 비밀번호, 새 비밀번호)
next-in-account-no_password = 같은 명령에 --password-stdin 을 붙이고 새 비밀번호를 표준 입력으로 넘기십시오.
error-needs_yes = 다시 보내면 시민이 두 번 받을 수 있습니다. 확인을 물어볼 터미널이 없습니다.
next-needs_yes = 확실하면 --yes를 붙이십시오.
error-not_done = 아무것도 하지 않았습니다.
next-not_done = munja doubt 로 남은 문자를 확인하십시오.
error-editor = 편집기를 쓸 수 없습니다: { $editor }
next-editor = 그런 편집기가 없으면 EDITOR를 설정하고(예: EDITOR=nano) 다시 실행하십시오: { $command }
next-in-reply-editor = 그런 편집기가 없으면 EDITOR를 설정하고(예: EDITOR=nano) 다시 실행하십시오: { $command }. 내용을 바로 적어도 됩니다: { $command } "답변"
editor-left = 끝나 버린 편집기가 따로 남긴 파일입니다. 더 많은 내용이 있을 수 있습니다: { $path }
error-usage_command = “{ $what }” 명령은 없습니다.
next-usage_command = munja --help
error-usage_command_like = “{ $what }” 명령은 없습니다. 혹시 “{ $suggested }” 명령을 찾으십니까?
next-usage_command_like = munja --help
error-usage_no_command = 명령을 적어 주십시오.
next-usage_no_command = munja --help
error-usage_option = 여기에서는 쓸 수 없습니다: “{ $what }”
next-usage_option = munja { $command }--help
error-usage_citizen = “{ $value }”: 상담 번호가 아닙니다. 시민의 짧은 이름일 수 있습니다.
next-usage_citizen = munja search --citizen { $value }
error-usage_option_first = 옵션은 명령 뒤에 적습니다: “{ $what }”
next-usage_option_first = munja { $owner } { $what }
error-usage_value = { $what }에 쓸 수 없는 값입니다: “{ $value }”
next-usage_value = { $known }munja { $command }--help
error-usage_missing = 빠진 것이 있습니다: { $what }
next-usage_missing = munja { $command }--help
error-usage_conflict = { $what } 옵션과 { $other } 옵션은 함께 쓸 수 없습니다.
next-usage_conflict = munja { $command }--help
error-usage_other = 명령을 이해하지 못했습니다: { $what }
next-usage_other = munja { $command }--help

did-urgent = 상담 { $n }번이 긴급하다고 모두에게 알렸습니다.
did-acked = 긴급 상담 { $n }번을 살피고 있다고 알렸습니다. 답하려면 맡으십시오: munja claim { $n }
did-alarm_ended = 상담 { $n }번의 경보를 끝냈습니다.
did-noted = 상담 { $n }번에 메모를 남겼습니다.
did-drafted = 상담 { $n }번에 동료가 이어 쓸 글을 남겼습니다.
did-preferred = 이 시민의 요청 사항을 저장했습니다.
did-promised = { $at }까지 답변하기로 했습니다(상담 { $n }번).
did-reminding = { $at }에 상담 { $n }번을 알려 드립니다.
did-transferred = 상담 { $n }번을 넘겼습니다(부서: { $desk }).
transfer-off = { $who } 님은 지금 근무 중이 아닙니다. { $at }까지 이 상담사만 맡을 수 있어 시민이 기다리게 되고, 그 뒤에는 모두에게 열립니다. 근무 중인 동료: munja colleagues
transfer-closed = { $desk } 부서는 지금 닫혀 있습니다. { $at }에 엽니다.
did-offered = 상담 { $n }번을 { $who } 님에게 넘겼습니다.
did-offered-to-all = 상담 { $n }번을 내놓았습니다. 아직 답하지 않은 긴급 상담이라 { $who } 님만이 아니라 모두에게 울립니다.
did-returned = 상담 { $n }번을 돌려보냈습니다(부서: { $desk }).
did-categorised = 상담 { $n }번의 분류: { $category }
did-warned = 상담 { $n }번의 시민에게 경고했습니다.
did-taken = 상담 { $n }번을 대신 맡았습니다.
did-restricted = 긴급 상황이 아니면 { $at }까지 답변하지 않습니다. 상담 { $n }번을 종료했습니다.
did-opted_out = 상담 { $n }번의 시민에게 자동 문자를 보내지 않습니다. 답변은 계속 보낼 수 있습니다.
did-opted_in = 상담 { $n }번의 시민에게 자동 문자를 다시 보냅니다.
did-unrestricted = 상담 { $n }번의 시민에게 다시 답변합니다.
reason-masked = 사유에 있는 전화번호나 주민등록번호 같은 번호는 가려서 남깁니다.
evidence-hash = 전체의 SHA-256: { $hash }
head-desk = 부서
head-name = 이름
head-key = 코드
head-text = 내용
head-category = 분류
desk-open-until = { $at }까지 운영
desk-open = 항상 운영
desk-closed-until = { $at }에 운영 시작
desk-closed = 운영하지 않음
folded = 욕설이 있어 접어 두었습니다. --unfold 로 볼 수 있습니다.
folded-short = (접어 둠)
ringing = 긴급: 아직 아무도 살피지 않습니다. munja ack { $n }
urgent-acked = 긴급: { $name } 님이 살피고 있습니다.
ringing-held = 긴급: { $who } 님이 맡은 상담이며 아직 답하지 않았습니다. 살피는 사람이 알립니다: munja ack { $n }
promise-due = { $at }까지 답변하기로 약속했습니다.
offered = { $at }까지 { $who } 님만 맡을 수 있습니다.
offered-short = { $who } 님 먼저
preference = 시민의 요청 사항: { $text }
opted-out = 시민이 자동 문자를 거부했습니다.
refuses-texts-close = 시민이 수신을 거부했고 그 뒤로 새 문자가 없어 답변을 보낼 수 없습니다. 종료하려면: munja close { $n } --unanswered
restricted-until = 긴급 상황이 아니면 { $at }까지 답변하지 않습니다.
desk-and-category = 부서: { $desk } · 분류: { $category }
draft-begun = 동료가 이어 쓰라고 남긴 글: { $text }
head-time = 시각
head-counselor = 상담사
head-score = 점수
survey-mean = 평균: { $mean }
survey-answer = 만족도: { $score } { $comment }
promise-short = 약속 { $at }
event-urgent = 긴급: 위험합니다. 살펴 주세요: munja ack { $n }

next-own_work = munja review sample
next-not_reviewable = 누구의 상담인지 적어 주세요: munja review write { $n } --counselor 아이디 --marks …
next-already_reviewed = munja reviews --all 로 볼 수 있습니다.
next-already_answered = munja reviews 로 볼 수 있습니다.
next-warn_first = 아직 경고하지 않았으면: munja warn { $n }. 이미 경고했으면 시민이 다시 쓴 뒤에 제한할 수 있습니다.
next-opted_out = 시민이 다시 문자를 보내면 답변할 수 있습니다. 아직 기다리는 상담을 종료하려면: munja close { $n } --unanswered
next-too_many_held = 답변하거나 대기로 돌리십시오: munja list --mine
next-supervisors_only = 역할은 운영자가 정합니다: munjad user duties 아이디 --role supervisor
next-nothing_to_ack = munja show { $n }
next-not_passed_on = 다른 곳에 넘기려면 munja transfer { $n }, 대기로 돌리려면 munja release { $n }
next-not_warned = 보낸 문자는 munja show { $n } 에서 볼 수 있습니다.
next-not_asked = 그 뒤에 온 글은 munja show { $n } 에서 볼 수 있습니다.
next-number_not_shown = 긴급 상담이면: munja claim { $n }. 아니면 관리자에게 부탁하십시오.
next-no_such_desk = munja desks
next-no_such_person = munja colleagues 로 동료 목록을 보십시오.
next-passed_to_yourself = munja colleagues 로 동료 목록을 보십시오. 내려놓으려면: munja release { $n }
next-no_such_category = munja categories
next-several_categories = munja categories
next-category_needed = munja close { $n } --category 분류이름 (분류 목록: munja categories)
next-in-answer-all-category_needed = 같은 명령에 --category 분류를 붙이거나(전체 목록: munja categories) --close 를 빼십시오.
next-promise_open = 먼저 답하십시오: munja reply { $n }. 답하지 않고 종료하려면: munja close { $n } --drop-promise
error-nothing_found = 찾은 글이 없습니다.
next-nothing_found = 낱말을 줄이거나 기간을 늘려 보십시오.
error-nothing_sought = 무엇을 찾을지 적지 않았습니다.
next-nothing_sought = 찾을 말을 적으십시오: munja search 막차. 시민의 글을 찾으려면: munja search 7F2K
error-bad_date = 날짜가 아닙니다: “{ $what }”
next-bad_date = 날짜(2026-03-01) 또는 기간(30d)
error-no_text = 내용이 없습니다.
next-no_text = munja advice "..."
error-nothing_similar = 비슷한 질문에 답한 상담이 없습니다.
next-nothing_similar = munja search 낱말
error-no_earlier_answer = 상담 { $m }번에는 답변이 없습니다.
next-no_earlier_answer = munja show { $m }
error-earlier_answer_kept = 예전 답변을 초안으로 보관했습니다. 보낸 것은 없습니다.
next-earlier_answer_kept = 터미널에서: munja reply { $n }
error-no_canned = 그런 코드의 자주 쓰는 답변이 없습니다: { $key }
next-no_canned = munja replies
next-danger_unanswered = 먼저 답하십시오: munja reply { $n }. 긴급이 아니면: munja false-alarm { $n } --reason "사유"
next-too_many_dangers = 먼저 하나에 답하십시오: munja list --mine
next-not_your_desk = 부서는 munja desks 로 볼 수 있습니다. 그 부서의 상담사가 넘겨줄 수 있습니다.
next-no_danger = munja show { $n }
next-restricted = 언제까지인지는 munja show { $n } 에 나옵니다. 관리자가 풀 수 있습니다: munja unrestrict { $n }
did-asked_where = 상담 { $n }번 시민에게 어디에 있는지 물었습니다.
masked = 가려진 번호 { $n }개 (`munja reveal 번호 --texts --reason "..."`)
nothing-masked = 상담 { $n }번의 글에는 가려진 것이 없습니다.
identity-resident = 주민등록번호
identity-alien = 외국인등록번호
identity-passport = 여권번호
identity-licence = 운전면허번호
identity-card = 카드번호
identity-account = 계좌번호
tidied = 이 컴퓨터에서 지웠습니다: 14일 지난 초안 { $drafts }개, 하루 지난 사진 { $photos }개.
revealed = 상담 { $n }번 시민의 번호: { $number }
ask-told = { $service }의 누구에게 알렸나요? (아직이면 Enter)
handover-open = 아직 알리지 않은 것으로 두었습니다. 알린 뒤: munja handover { $n } { $service } --told "이름"
head-duty = 알림
duty-nobody = 당직 전화가 없습니다. 서버 담당자가 [alarm] 에 적어야 합니다.
duty-no-alarm = 끝나지 않은 알림이 없습니다.
duty-until = 당직 중, { $at }까지
duty-always = 항상 당직
duty-ignored = 틀린 번호가 많아 { $at }까지 답변을 받지 않음
duty-on = 당직 중
duty-from = { $at }부터
duty-off = 당직 아님
duty-next = 다음 알림
duty-kind-danger = 긴급
duty-kind-operator = 서버
duty-alarm = 상담 { $n }번: { $span } 동안 답이 없음 · 당직 전화 { $phones }대에 알림
duty-alarm-now = 상담 { $n }번: 방금 시작됨 · 당직 전화 { $phones }대에 알림
duty-quiet = { $at }까지 알리지 않음
trouble-deaf = { $carrier }: { $span } 동안 문자를 받지 못함
trouble-disk_full = { $span } 동안 서버 디스크가 가득 참
trouble-clock = { $span } 동안 서버 시계가 틀림
trouble-restarts = { $span } 동안 문자 서버가 멈췄다 다시 시작하기를 되풀이함
trouble-other = { $span } 동안 서버에 문제가 있음
error-no_terminal = 문자 상담 화면을 열 터미널이 없습니다.
next-no_terminal = 터미널에서 실행하거나 munja list, munja next 같은 명령을 쓰십시오.
status-short = 대기 { $n }
status-short-danger = 긴급 { $n }
head-login = 아이디
head-presence = 근무
head-holds = 맡은 상담
presence-on = 근무
presence-phone = 통화 중
presence-break = 휴식
presence-off = 퇴근
presence-since = { $at }부터
presence-said-on = 근무 중으로 표시했습니다.
presence-said-phone = 통화 중으로 표시했습니다.
presence-said-break = 휴식 중으로 표시했습니다.
presence-said-off = 퇴근으로 표시했습니다.
presence-holds = 아직 맡고 있는 상담: { $held }. 내려놓기: munja release N, 한꺼번에: munja off --release, 넘기기: munja transfer N
ask-reply = 이대로 보낼까요? (네/아니요)
error-not_sent = 보내지 않았습니다.
next-not_sent = 묻지 않고 보내려면 --yes 를 붙이십시오.
ask-parts = { $parts }통으로 나뉘어 나갑니다. 그대로 보낼까요? (네/아니요)
yes-no = (네/아니요)
pasted-answer = 여러 줄이 한꺼번에 들어와 붙여 넣은 글로 보았습니다. 어느 줄도 대답으로 받지 않았습니다.
editor-below = 이 줄 아래는 보내지 않습니다. 시민이 쓴 문자:
error-no_draft = 이 상담에 보관된 초안이 없습니다.
next-no_draft = munja drafts 로 초안 목록을 보십시오.
error-unchanged = 편집기에서 바뀐 것이 없어 아무것도 보내지 않았습니다.
next-unchanged = 초안을 그대로 보내려면: munja reply { $n } --draft
error-nothing_held = 취소할 수 있는 답변이 없습니다.
next-nothing_held = 이미 나간 답변은 취소할 수 없습니다. 필요하면 바로잡는 문자를 보내십시오.
next-several_texts = 줄이거나, 그대로 보내려면 --parts 를 붙이십시오.
next-unanswered = 먼저 답하기: munja reply { $n }. 답 없이 종료하려면: munja close { $n } --unanswered
drafts-empty = 보관된 초안이 없습니다.
draft-here = 이 컴퓨터에만 있음: 서버에 다른 초안이 있거나 연결되지 않았습니다
draft-here-too = 이 컴퓨터에 다른 초안도 있습니다: “{ $text }” (함께 고치려면: munja reply { $n })
draft-replaced = 다음 초안을 대신합니다: { $text }
draft-two = 서버에 있는 초안과 이 컴퓨터에 있는 초안을 차례로 놓았습니다. 읽고 하나로 고쳐 주십시오.
draft-dropped = 상담 { $n }번의 초안을 버렸습니다.
next-page = 다음 쪽: { $command }
draft-newer = 그 뒤에 시민이 문자를 보냄
draft-recalled = 취소한 답변
draft-stopped = 시민이 문자를 보내 나가지 않은 답변
writing = { $names } 님이 답변을 쓰고 있습니다.
arg-write-to = 상담 번호 또는 시민의 전화번호
arg-write-text = 보낼 글
arg-write-reason = 먼저 보내는 사유(메모와 접속기록에 남습니다)
arg-write-desk = 번호로 보낼 때 맡을 부서(기본값: 내 첫 부서)
arg-write-parts = 여러 통으로 나뉘어도 그대로 보냅니다
arg-refer-to = 외부 부서 이름
arg-refer-due = 회신 기한: 12-05, 2026-12-05, "12-05 14:30", 3d
arg-refer-done = 회신이 왔거나 더 기다리지 않습니다
arg-refer-note = 어떻게 되었는지
arg-list-referred = 외부 부서의 회신을 기다리는 상담
error-bad_time = 그런 시각은 없습니다.
error-time_past = 이미 지난 시각입니다: { $at }
next-time_past = 내일이면 "내일 10시"처럼 적으십시오.
error-time_too_far = 너무 먼 시각입니다: { $at }. 지금부터 { $days }일 안이어야 합니다.
error-not_a_conversation = 상담 번호도 전화번호도 아닙니다.
next-not_a_conversation = munja write 12 "글" --reason "사유"
next-still_open = munja list --all 로 그 상담을 찾으십시오.
next-not_reachable = 번호를 확인하십시오. 국내 휴대전화 번호여야 합니다.
next-not_referred = munja list --referred
wrote-first = 먼저 보냈습니다. 새 상담 { $n }번을 맡았습니다.
did-referred = 상담 { $n }번: 외부 부서의 회신을 { $at }까지 기다립니다.
did-referral_ended = 상담 { $n }번: 외부 부서의 회신을 처리했습니다.
referral-until = { $to } 회신 { $at }까지
referral-due = { $to } 회신 기한 지남({ $at })
report-title = 문자 상담 통계 { $period }, { $desk }
report-seconds = { $n }초
report-unit-seconds = 초
report-made = { $at } 에 셈
report-not-final = 아직 확정되지 않았습니다. { $date }까지, 그리고 이 기간의 상담이 열려 있는 동안은 수치가 바뀔 수 있습니다.
report-final = 확정된 통계입니다.
report-final-published = 확정된 통계입니다. 발표일: { $date }
report-published = 발표일: { $date }
report-before-records = 이 기간에는 아직 기록된 것이 없습니다.
report-compared-days = 기간이 아직 끝나지 않아 같은 날수({ $period })와 견주었습니다. 오늘은 지금까지만 셌습니다.
report-percent = { $n }%
report-points = { $n }%p
report-sheet-seconds = s.0"초"
report-corrected = 정정({ $month }) { $name }: 발표 { $published }({ $date }), 지금 { $now }
report-erased-words = 답 { $n }건의 글은 시민이 지워져 없습니다.
report-more-words = { $n }건이 더 있습니다. 기간을 줄여 보십시오.
report-words = 시민이 쓴 글
report-definitions = 뜻
report-sheet-figures = 통계
report-written = 저장했습니다: { $file }
head-figure = 항목
head-value = 값
head-goal = 목표
head-change = 변화
error-bad_period = 기간이 아닙니다: "{ $what }"
next-bad_period = munja report month, 2026-11-30, 2026-11, 2026, 2026-W48, 2026-11-01..2026-11-15 처럼 적으십시오.
error-no_such_day = 그런 날이 없습니다: { $what }
next-no_such_day = munja report 2026-11-30
error-no_such_month = 그런 달이 없습니다: { $what }
next-no_such_month = munja report 2026-11
error-no_such_week = 그런 주가 없습니다: { $what }
next-no_such_week = munja report 2026-W48
error-period_backwards = 기간의 끝이 처음보다 앞섭니다: { $what }
next-period_backwards = 이른 날을 앞에 적으십시오: 2026-11-01..2026-11-15
error-period_future = 오늘({ $today }) 뒤에 시작하는 기간입니다: { $what }. 아직 아무 일도 없습니다.
next-period_future = munja report month
error-period_too_long = 통계는 길어야 10년까지입니다: { $what }
next-period_too_long = munja report 2026
error-report_file = 파일을 저장할 수 없습니다: { $file }: { $why }
error-desk_ended = 답변이 나가지 않아 그 뒤의 줄은 실행하지 않았습니다.
next-desk_ended = 나가지 않은 글: munja drafts
error-report_periods = 기간이 두 개입니다: { $one }, { $two }
next-report_periods = 이어진 기간이면: munja report { $one }..{ $two }
error-report_option = munja report { $about } 명령에 쓸 수 없는 옵션입니다: { $option }
next-report_option = munja help report
report-nothing = 이 기간에는 문자가 없어 셀 것이 없습니다.
next-report_file = 있는 폴더, 쓸 수 있는 폴더를 적으십시오.
error-report_no_folder = 폴더가 없어 저장할 수 없습니다: { $file }
next-report_no_folder = 폴더를 먼저 만들거나(mkdir) 다른 폴더를 적으십시오.
error-report_forbidden = 쓸 권한이 없어 저장할 수 없습니다: { $file }
next-report_forbidden = 본인의 폴더를 적으십시오. 예: --to ~/reports
error-report_disk_full = 디스크가 가득 차 저장할 수 없습니다: { $file }
next-report_disk_full = 자리를 비우거나 다른 디스크의 폴더를 적으십시오.
did-handed_over = 상담 { $n }번을 { $service }에 알린 것으로 기록했습니다.
head-closed = 종료
head-reason = 사유
head-took = 걸린 시간
head-took-seconds = 걸린 시간(초)
head-conversation = 상담 번호
head-rule = 규칙
head-points = 점수
head-event = 사건 번호
head-kind = 종류
head-dangers-7 = 긴급, 7일
head-dangers-30 = 30일
head-abusive-7 = 폭언 문자, 7일
head-abusive-30 = 30일
review-none = 평가할 상담이 없습니다. 답이 나가고 종료된 상담 가운데 평가하지 않은 것이 없습니다.
review-sampled = { $n }건에서 뽑았습니다. 뽑기 수는 { $seed } 입니다. 다음: munja review show N
review-how = 평가하기: munja review write { $n } --marks { $marks } --comment "…"
review-written = 상담 { $n }번에 대한 평가 { $r }번을 남겼습니다. 상담사가 볼 수 있습니다.
review-answered = 평가 { $r }번에 답을 남겼습니다.
reviews-none = 평가가 없습니다.
review-head = 평가 { $r }번 · 상담 { $n }번 · { $who } 님 · 평가자 { $by } 님 · { $at }
review-said = 답 { $at }: { $text }
review-unread = 아직 읽지 않음
error-review_number = 번호를 적어 주세요.
next-review_number = munja review sample
error-review_text = 보낼 글이 없습니다. 답을 적어 주세요.
next-review_text = munja review answer { $n } "…"
error-announce_end = 공지는 거둘 수 없습니다. 24시간 동안 목록에 남습니다.
next-announce_end = munja announce "…" 로 바뀐 내용을 알리십시오.
error-unknown_kind = “{ $what }” 종류의 소식은 없습니다. 쓸 수 있는 것: { $known }
next-unknown_kind = munja watch --kind urgent,text_in
error-unknown_desk = { $desk } 부서가 없습니다: { $known }
next-unknown_desk = munja desks 로 부서를 확인하십시오.
error-bad_marks = 평가표와 맞지 않습니다: { $what }. 항목마다 하나씩 적어 주세요: { $sheet }
next-bad_marks = munja review sheet
coaching-title = 함께 볼 상담, { $from } ~ { $to }
coaching-none = 없습니다. 낮은 점수도, 늦은 첫 답변도, 다시 온 시민도 없습니다.
coaching-low_score = 낮은 만족도
coaching-slow_answer = 늦은 첫 답변
coaching-came_back = 72시간 안에 다시 옴
load-title = 상담사가 겪은 일
load-none = 지난 30일 동안 답한 긴급 상담도 폭언 문자도 없습니다.
incentive-title = 점수, { $from } ~ { $to } (규칙 버전: { $version })
incentive-once = 상담마다 한 번
incentive-none = 점수를 받은 상담사가 없습니다.
incentive-how = 점수마다 근거가 된 사건: --csv FILE 또는 --json
error-report_csv_only = 이 목록은 페이지나 엑셀로 만들 수 없습니다. --csv 나 --json 을 쓰십시오.
next-report_csv_only = munja report { $about } --csv { $about }.csv
head-restricted = 제한 끝
head-by = 제한한 사람
head-opted-out = 수신거부
announced = 모든 상담 화면에 알렸습니다.
announced-none = 지난 24시간 동안 공지가 없습니다.
restricted-more = … 그 밖에 { $n }건이 더 있습니다. --limit으로 더 볼 수 있습니다.
restricted-none = 제한된 시민도 수신을 거부한 시민도 없습니다.
list-empty-of = 맡은 상담이 없습니다.
cmd-edit = 자주 쓰는 답변, 분류, 자동 문자, 위험을 알리는 말을 고칩니다(관리자).
    .examples =
        편집기에서 목록을 엽니다. 무엇이 바뀌는지 보여 주고 물은 다음, 모두에게 바로 적용합니다. 쓸 수 없는 곳은 줄 번호와 함께 알려 주고 아무것도 저장하지 않습니다. 운영자 파일로 되돌리기 전까지 저장한 판을 씁니다. 위험을 알리는 말은 있는 것에 더하기만 합니다.
        목록 이름이 없으면 지금 쓰는 판을 보여 줍니다. 종료 코드 7: 그 사이 다른 사람이 새 판을 저장했습니다.

        예:
          munja edit                                   지금 쓰는 판
          munja edit replies
          munja edit categories --from new.toml --reason "시 분류 개편" --yes
          munja edit words --from words.toml --check   무엇이 바뀌고 그 말이 문자에 얼마나 나오는지만
          munja edit replies --history
          munja edit replies --show 3
          munja edit replies --restore 3 --reason "전 것이 나음"
          munja edit replies --operator-file --reason "파일로 되돌림"
          munja edit texts --print > texts.toml
arg-edit-list = replies(자주 쓰는 답변), categories(분류), texts(자동 문자), words(위험을 알리는 말)
arg-edit-from = 편집기 대신 이 파일에서 읽음 (- 는 표준 입력)
arg-edit-check = 무엇이 바뀌는지만 보고 저장하지 않음
arg-edit-reason = 사유. 판과 함께 남습니다. 터미널에서는 묻습니다
arg-edit-yes = 묻지 않음
arg-edit-print = 고칠 목록을 출력
arg-edit-history = 누가 언제 왜 저장했는지
arg-edit-show = 한 판을 출력
arg-edit-restore = 이 판을 다시 저장
arg-edit-operator_file = 운영자 파일로 되돌림. 저장한 판은 기록에 남습니다
edit-source-built_in = 기본 목록
edit-source-file = 운영자 파일
edit-source-supervisor = 관리자가 고친 목록
edit-version = { $n }판
edit-refused = 쓸 수 없어 운영자 파일을 쓰고 있습니다: { $why }
edit-line = { $n }번째 줄
edit-newer = { $n }판은 { $who } 님이 { $at }에 저장했습니다.
edit-added = 새로: { $entry }
edit-changed = 바뀜: { $key }: { $before } → { $after }
edit-removed = 없어짐: { $entry }
edit-uses = 이 분류의 상담이 { $n }건 있습니다(진행 중 { $open }건). 그 상담에는 그대로 남고, 새로 고를 수는 없습니다.
edit-found = 최근 문자 { $texts }건 가운데 { $n }건에 나옵니다
edit-more = … 외 { $n }개
edit-no-change = 바뀌는 것이 없습니다.
edit-version-kept = 목록 맨 앞의 version 은 그대로입니다. version 은 상담마다 함께 남아 어느 목록에서 분류를 골랐는지 알려 줍니다. 분류가 생기거나 없어지거나 뜻이 바뀌면 올리고, 시간이나 부서만 바꿀 때는 그대로 두어도 됩니다.
edit-words-from-now = 새로 더한 말은 지금부터 오는 문자에만 적용됩니다. 이미 기다리는 문자는 다시 판단하지 않으니 직접 살펴보십시오(munja list).
edit-ask = 모두에게 바로 적용할까요? (y/n)
edit-ask-same = 그래도 새 판으로 저장할까요? (y/n)
edit-why = 사유를 한 줄로 적어 주십시오. 판과 함께 남습니다:
edit-again = 다시 고칠까요? (y/n)
edit-left = 지난번에 저장하지 못한 내용이 { $file } 에 있습니다. 이어서 하려면: munja edit { $list } --from { $file }. 필요 없으면 파일을 지우십시오.
edit-kept = 쓴 내용은 { $file } 에 있습니다. 이어서 하려면: munja edit { $list } --from { $file }
edit-unchanged = 바뀐 것이 없습니다.
edit-same = { $list }: 지금 판과 같아 저장하지 않았습니다.
edit-stored = { $list }: { $n }판을 씁니다.
edit-stored-file = { $list }: 다시 운영자 파일을 씁니다({ $n }판).
edit-no-history = 관리자가 고친 적이 없습니다.
error-edit_usage = 터미널이 아니면 목록을 파일에서 읽어야 합니다.
next-edit_usage = munja edit 목록 --from 파일 --reason 사유 --yes
error-edit_reason = 사유가 필요합니다. 판과 함께 남습니다.
next-edit_reason = --reason "..."
next-list_refused = 위에 적힌 줄을 고친 뒤 다시 하십시오.
error-list_too_large = 목록이 너무 큽니다. 256 KiB까지입니다. 저장하지 않았습니다.
next-list_too_large = 쓰지 않는 것을 빼고 다시 하십시오.
next-list_changed = 가장 새 판(munja edit 목록 --print)에 고칠 것을 옮긴 뒤 저장하십시오. 다른 사람이 고친 것은 지워지지 않습니다.
error-edit_no_version = { $list } 목록에 { $n }판이 없습니다.
next-edit_no_version = munja edit { $list } --history 로 판을 확인하십시오.
cmd-bulletin = 접수 문자에 당분간 알림을 한 문장 넣습니다. 폭설이나 파업 때 씁니다(관리자).
    .examples =
        시민이 받을 접수 문자를 먼저 보여 주고 묻습니다. 스크립트에서는 --yes 를 붙입니다. 날짜와 시각이 붙고, 때가 되면 저절로 끝납니다.
        도움받을 곳을 알리는 문자에는 넣지 않습니다. 아무것도 쓰지 않으면 목록을 보여 줍니다.

        예:
          munja bulletin "버스가 눈 때문에 늦습니다." --until 18:00
          munja bulletin "구청이 쉽니다." --until 12-05 --desk bukgu --yes
          munja bulletin list
          munja bulletin end 3
cmd-answer-all = 기다리는 여러 시민에게 같은 답을 한 번에 보냅니다(관리자).
    .examples =
        누구에게 가는지 먼저 보여 주고 묻습니다. 스크립트에서는 --yes 를 붙입니다. 긴급이거나 긴급일 수 있는 상담, 다른 상담사가 맡은 상담, 따로 답을 약속한 상담, 그사이 시민이 새로 쓴 상담은 빼고 알려 줍니다. 연결이 끊겨 같은 명령을 다시 내려도 두 번 보내지 않습니다.
        종료 코드 7: 보내는 동안 빠진 상담이 있습니다.

        예:
          munja answer-all "지금은 버스가 모두 늦습니다." --containing 버스
          munja answer-all "1호선이 다시 다닙니다." --ids 12,13,20-25 --category 지하철 --close
arg-bulletin-text = 알림 문장(200자까지), list, 또는 end 와 번호
arg-bulletin-until = 저절로 끝나는 때: 18:00, 2h, 12-05. 14일 뒤까지
arg-bulletin-desk = 이 부서의 접수 문자에만 (`munja desks`)
arg-bulletin-yes = 묻지 않음
arg-answer-all-text = 답변
arg-answer-all-desk = 이 부서에서 기다리는 시민만 (`munja desks`)
arg-answer-all-containing = 마지막 답 뒤에 온 글에 이 낱말이 있는 시민만
arg-answer-all-ids = 이 상담만
arg-answer-all-category = 상담 분류 (`munja categories`)
arg-answer-all-close = 보낸 뒤 종료
arg-answer-all-parts = 여러 통으로 나뉘어도 보냄
arg-answer-all-yes = 묻지 않음
language-ko = 한국어
language-en = 영어
bulletin-preview = 시민이 { $at }까지 받을 접수 문자:
bulletin-others = 지금 나가고 있는 다른 알림 { $n }건도 같은 문자에 들어갑니다.
ask-bulletin = { $at }까지 접수 문자에 넣을까요? 부서: { $desk } (y/n)
bulletin-begun = 알림 { $n }번을 { $at }까지 넣습니다. 거두려면: munja bulletin end { $n }
bulletin-repeated = 알림 { $n }번이 이미 나가고 있습니다. { $at }까지 넣습니다.
bulletin-ended = 이제 접수 문자에 알림 { $n }번을 넣지 않습니다.
bulletin-none = 알림이 없습니다.
bulletin-holds = { $at }까지
bulletin-taken-back = { $at }에 거둠
bulletin-over = { $at }에 끝남
error-bulletin_usage = 알림에는 문장과 --until 이 필요합니다.
error-bulletin_end_usage = 알림을 거둘 때는 번호만 적고 --until 은 쓰지 않습니다.
next-bulletin_end_usage = munja bulletin end N. 번호는 munja bulletin list 에 나옵니다
next-bulletin_usage = munja bulletin "..." --until 18:00, munja bulletin list, munja bulletin end N
error-not_agreed = 동의하지 않아 아무것도 하지 않았습니다.
next-not_agreed = 보여 준 내용을 확인하고 같은 명령에 --yes 를 붙이십시오.
error-bad_ids = 상담 번호가 아니거나 500건이 넘습니다.
next-bad_ids = --ids 12,13,20-25
error-answer_all_nobody = 이렇게 답할 수 있는 시민이 없습니다.
next-answer_all_nobody = munja list 로 기다리는 시민을 확인하십시오.
error-answer_all_missed = { $count }건에는 답을 보내지 않았습니다.
next-answer_all_missed = 하나씩 확인하십시오: munja show N
answer-all-earlier = 같은 명령을 내린 적이 있고 결과를 알 수 없어, 그때의 명령을 그대로 다시 보냅니다.
answer-all-more = 그 밖에 { $n }건
answer-all-beyond = 500건이 넘습니다. 나머지는 이 명령을 다시 내려 보내십시오.
answer-all-left-out = 빠짐 { $n }번: { $why }
left-out-in_danger = 긴급이거나 긴급일 수 있음
left-out-claimed_by_other = 다른 상담사가 맡음
left-out-claimed_by_other-named = { $name } 님이 맡음
left-out-promise_open = 따로 답을 약속함
left-out-not_waiting = 이미 답함
left-out-closed = 종료됨
left-out-not_found = 없는 상담
left-out-newer_texts = 그사이 시민이 새로 씀
left-out-opted_out = 수신거부
left-out-category_needed = 분류가 필요함
left-out-key_reused = 다른 내용으로 이미 답함
ask-answer-all = 이 답을 시민 { $n }명에게 보낼까요? (y/n)
ask-answer-all-close = 이 답을 시민 { $n }명에게 보내고 상담을 종료할까요? (y/n)
answered-all = 답한 상담: { $n }건
answered-all-close = 답하고 종료한 상담: { $n }건
answered-all-before = 그중 { $n }건은 앞선 명령이 이미 답했습니다.
answered-all-held = { $secs }초 뒤에 나갑니다. 그 전에 모두 취소하려면: munja recall --all-of { $id }
recalled-all = 취소한 답변: { $n }건. 이 시민들은 다시 기다립니다.
recalled-all-none = 취소한 답변이 없습니다.
recalled-all-before = { $n }건은 그 전에 이미 발송이 취소되었습니다(하나씩 취소했거나 시민이 새로 썼습니다).
recalled-all-left = { $n }건은 이미 나가서 취소할 수 없습니다. 상담 { $which }
error-no_mass_answer = 여러 시민에게 보낸 답변 가운데 취소할 수 있는 것이 없습니다.
next-no_mass_answer = 이름은 `munja answer-all` 이 알려 줍니다. 이미 나간 답변은 취소할 수 없습니다. 필요하면 바로잡는 문자를 보내십시오.
error-recall_all_left = { $count }건은 이미 나갔습니다.
next-recall_all_left = 필요하면 바로잡는 문자를 보내십시오: munja reply N
next-not_waiting = 어떤 답이 나갔는지 확인하십시오: munja show { $n }
next-in_danger = 먼저 읽고(munja show { $n }) 맡으십시오(munja claim { $n }).
next-no_receipts = 운영자가 [service] 의 receipt_texts 로 켤 수 있습니다.
next-bulletin_empty = munja bulletin "내용" --until 18:00
next-bulletin_too_long = 줄여 주십시오.
next-bulletin_braces = 중괄호를 빼 주십시오.
next-identity_number_to_many = 번호를 빼 주십시오.
next-dates_reversed = munja report 2026-11-01..2026-11-15
next-dates_in_future = munja report month
next-too_many_days = munja report 2026
next-bulletin_until = munja bulletin "내용" --until 18:00
next-bulletin_crowded = 줄이거나 다른 알림을 끝내십시오: munja bulletin, munja bulletin end N
cmd-practice = 가상의 시민과 실제 프로그램으로 연습합니다. 누구에게도 문자가 가지 않습니다.
    .examples =
        이 컴퓨터 안에 연습용 게이트웨이를 띄우고 상담 화면을 엽니다. 시민이 저절로 글을 보내고, 하는 일에 따라 반응합니다: 질문, 다른 부서 질문, 욕설, 긴급, 잘못 울린 경보, 감사. 끝나면 무엇을 했는지 알려 줍니다. 로그인도 서버도 필요 없습니다.

        예:
          munja practice                   상담 화면
          munja practice --plain           한 줄씩
          munja practice --no-desk         다른 창에서 munja 사용. Ctrl-C 두 번으로 끝냄
          munja practice --at-once         시민이 한꺼번에 글을 보냄
arg-practice-plain = 한 줄씩 묻고 답하기(화면 낭독기, 느린 연결)
arg-practice-no_desk = 화면을 열지 않고 다른 창에서 쓰는 방법을 알려 줌
arg-practice-at_once = 시민이 한꺼번에 글을 보내고, 다시 묻지 않음
practice-how = 연습용 게이트웨이 주소: { $server }. 다른 창에서:
      export MUNJA_SERVER={ $server } XDG_CONFIG_HOME={ $folder }/config XDG_STATE_HOME={ $folder }/state
      munja next
    여기서 Ctrl-C 를 두 번 누르면 끝납니다.
practice-answered = 시민 모두 { $all }명 가운데 { $answered }명에게 답했습니다.
practice-time = { $lesson }: { $span } 만에 첫 답
practice-span = { $minutes ->
    [0] { $secs }초
   *[other] { $minutes }분 { $secs }초
    }
practice-lesson-passed = { $lesson }: 넘김
practice-unanswered = { $lesson }: 답하지 않음
practice-lesson-question = 질문과 이어진 질문
practice-lesson-transfer = 다른 부서 질문
practice-lesson-abuse = 욕설
practice-lesson-danger = 긴급
practice-lesson-false_alarm = 잘못 울린 경보
practice-lesson-thanks = 질문과 감사
practice-danger-first = 긴급 상담에 가장 먼저 답함
practice-passed-on = 다른 부서로 넘김 ({ $how })
practice-ended-alarm = 사유를 적고 경보를 끝냄 ({ $how })
practice-warned = 욕설에 경고함 ({ $how })
practice-closed = 분류를 정하고 상담을 종료함 ({ $how })
practice-not-yet = · 아직 안 해 봄: { $step }
practice-to-come = 연습을 도중에 끝냈습니다. 그 가운데 { $n }명은 아직 글을 보내지 않아, 그 내용은 연습하지 못했습니다.
practice-gone = 이 연습의 자료는 모두 지웠습니다.
practice-again = 연습을 끝내려면 Ctrl-C 를 한 번 더 누르십시오.
