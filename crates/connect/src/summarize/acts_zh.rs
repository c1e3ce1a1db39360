//! Chinese phrases of promise, request and decision, Traditional and Simplified.

use std::sync::LazyLock;

use regex::Regex;

use super::acts::{Act, is_question, pattern};
use super::people::People;

/// Verbs of work that is done after a meeting.
const WORK: &str = "(?:寄|發(?:送|出|給|信|郵件|公告|通知)|发(?:送|出|给|信|邮件|公告|通知)|傳給|传给|送(?:出|給|给|到|交)|寫|写|準備|准备|整理|確認|确认|聯絡|联络|聯繫|联系|打電話|打电话|更新|檢查|检查|處理|处理|完成|安排|預約|预约|預訂|预订|訂(?:位|房|票|購|會議室|一)|订(?:位|房|票|购|会议室|一)|買|买|修(?:改|正|復|复|好)|測試|测试|提供|回報|回报|回覆|回复|跟進|跟进|追蹤|追踪|提交|繳交|交出|分享|上傳|上传|負責|负责|問(?:一下|問|看|清楚)|问(?:一下|问|看|清楚)|去問|去问|查(?:一下|詢|询|清楚|看)|調查|调查|做(?:一份|一個|一个|完|好|出)|改(?:一下|成|好|完)|補(?:上|充|齊)|补(?:上|充|齐)|通知|邀請|邀请|規劃|规划|研究|調整|调整|翻譯|翻译|簽(?:約|名|署|好)|签(?:约|名|署|好)|付款|申請|申请|列(?:出|一)|擬|拟|提(?:醒|出|案)|約(?:時間|客戶|廠商|一)|约(?:时间|客户|厂商|一)|轉(?:給|達|交|寄)|转(?:给|达|交|寄)|下載|下载|備份|备份|部署|上線|上线|公布|發布|发布|帶(?:來|去)|带(?:来|去)|彙整|汇整|統計|统计|評估|评估|驗收|验收|盤點|盘点|印(?:出|好|製)|協調|协调|溝通|沟通|設計|设计|找(?:人|廠商|厂商|到|一))";
/// Up to a clause of other words, but no denial and no mere opinion.
const GAP: &str = "[^，。！？；,.!?;不沒没別别覺觉認认希怕擔担想]{0,18}?";

static PROMISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "我(?:這邊|这边|們這邊|明天|今天|等一下|待會|待会|晚點|晚点|下週|下周|之後|之后)?(?:再|就|先|也|一定)?(?:會|会|來|来|去|負責|负责|要){GAP}{WORK}|由我(?:來|来)?{GAP}{WORK}|我(?:先|再|明天|今天|等一下|待會|晚點){GAP}{WORK}|交給我|交给我"
    ))
});
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "(?:請|请|麻煩|麻烦|拜託|拜托)(?:你們|你们|你|妳|您|大家|各位|同事)?(?:再|先|幫忙|帮忙|幫我|帮我|務必|务必)?{GAP}{WORK}|(?:你|妳|您)(?:可以|能不能|可不可以|能否|再|先|要|幫我|帮我|負責|负责){GAP}{WORK}|(?:幫我|帮我|幫忙|帮忙){GAP}{WORK}|(?:可以|能不能|可不可以|能否)(?:請|请|麻煩|麻烦|幫|帮){GAP}{WORK}"
    ))
});
static TOGETHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        "(?:我們|我们|大家|咱們|咱们)(?:也|都|還|还|就|先|下週|下周|明天|今天)*(?:需要|要|得|必須|必须|應該|应该|會|会){GAP}{WORK}|(?:記得|记得|別忘了|别忘了|不要忘記|不要忘记|務必|务必)要?{GAP}{WORK}|(?:待辦|待办)(?:事項|事项)?[:：是]|(?:需要|必須|必须|要)在[^，。]{{1,10}}(?:之前|以前|前){GAP}{WORK}"
    ))
});
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(\p{Han}{2,4}|[A-Za-z][a-z'-]+)";
    pattern(&format!(
        "^(?:好[，,、的]*|那[，,、]?|然後[，,、]?|另外[，,、]?)?(?:(?P<asked>{name}[，,、 ] ?(?:再)?(?:請|请|麻煩|麻烦|你可以|你能|妳可以|您可以|可以請你|你負責|你负责|你再|你先|記得|记得){GAP}{WORK})|(?P<told>{name}(?:會|会|負責|负责|要){GAP}{WORK})|(?:請|请|麻煩|麻烦|由)(?P<begged>{name}(?:來|来|再|先|幫忙|帮忙|負責|负责)?{GAP}{WORK}))"
    ))
});
static TURNED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "如果我|如果你|如果我們|如果我们|要是|假如|假設|假设|會不會|会不会|要不要|是否|請問|请问|我以為|我以为|本來|本来|原本|他說|他说|她說|她说|不用(?:再)?|不需要|不必|之前有|已經|已经|昨天|上週|上周|上次|剛才|刚才|請看|请看|大概|也許|也许|或許|或许",
    )
});

static DECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?:我們|我们|大家|會議|会议|公司|最後|最后|所以|就|那)[^，。？！]{0,6}決定(?:要|用|採用|采用|把|在|由|先|不|改|是|了|將|将|選|选|下|從|从|延)?|(?:我们|大家|会议|公司|最后|所以|就|那)[^，。？！]{0,6}决定(?:要|用|采用|把|在|由|先|不|改|是|了|将|选|下|从|延)?|(?:一致|全體|全体|大家(?:都)?|我們(?:都)?|我们(?:都)?)同意|(?:一致|表決|表决|投票|獲得|获得)通過|(?:一致|表决|投票|获得)通过|通過了|通过了|(?:提案|預算|预算|決議|决议|計畫|计划)(?:已|已經|已经)?(?:通過|通过)|就(?:這樣|这样|這麼|这么)(?:定|決定|决定|辦|办|說定|说定)|(?:決議|决议|結論|结论)(?:是|為|为|：|:)|拍板|敲定(?:了|在|為|为)|定案",
    )
});
static UNDECIDED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?:還沒|还没|尚未|沒有|没有|還不|还不|無法|无法|不能|怎麼|怎么|如何|誰|谁|再|你|妳|您|他|她|是否|要不要|等|才能|如果|為什麼|为什么)[^，。]{0,6}(?:決定|决定|定案|通過|通过|同意|拍板|敲定)|(?:時候|时候|上次|上個月|上个月|去年|之前)[^，。]{0,4}(?:決定|决定|定案|通過|通过|同意)|不同意|(?:決定|决定)(?:性|一下|嗎|吗|吧|權|权)|做(?:個|个)?(?:決定|决定)",
    )
});

/// What a Chinese sentence does.
pub(super) fn read(sentence: &str, people: &People) -> Option<Act> {
    if !sentence.chars().any(super::sentences::is_han) {
        return None;
    }
    let asks = is_question(sentence);
    if DECIDED.is_match(sentence) && !UNDECIDED.is_match(sentence) && !asks {
        return Some(Act::Decision);
    }
    if TURNED.is_match(sentence) {
        return None;
    }
    if let Some(of) = named(sentence, people) {
        return Some(Act::Request { of: Some(of) });
    }
    if PROMISE.is_match(sentence) && !asks {
        return Some(Act::Promise);
    }
    // "Could you …?" asks for something to be done, "should we …?" does not.
    let requested = ASKED.is_match(sentence) || (TOGETHER.is_match(sentence) && !asks);
    requested.then_some(Act::Request { of: None })
}

fn named(sentence: &str, people: &People) -> Option<String> {
    let found = NAMED.captures(sentence)?;
    let addressed = found.name("asked").is_some();
    let mut groups = found.iter().skip(1).flatten().map(|m| m.as_str());
    let whole = groups.next()?;
    // The name is the inner group of whichever form matched.
    let name = groups.find(|name| whole.starts_with(name))?;
    let certain = if addressed { people.can_be_addressed_as(name) } else { people.are_known_as(name) };
    certain.then(|| people.written(name))
}
