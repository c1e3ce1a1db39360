//! How people are spoken of: by a title, and by short forms of English first names.

/// What follows a Chinese name, or a family name alone, and says what somebody is. Longer ones before their own endings.
const CHINESE_TITLES: [&str; 67] = [
    "先生",
    "小姐",
    "女士",
    "太太",
    "總經理",
    "总经理",
    "副總",
    "副总",
    "經理",
    "经理",
    "主任",
    "老師",
    "老师",
    "組長",
    "组长",
    "總監",
    "总监",
    "執行長",
    "执行长",
    "董事長",
    "董事长",
    "副教授",
    "教授",
    "博士",
    "醫師",
    "医师",
    "醫生",
    "医生",
    "護理師",
    "护理师",
    "同學",
    "同学",
    "律師",
    "律师",
    "園長",
    "园长",
    "校長",
    "校长",
    "院長",
    "院长",
    "所長",
    "所长",
    "店長",
    "店长",
    "廠長",
    "厂长",
    "課長",
    "课长",
    "科長",
    "科长",
    "處長",
    "处长",
    "部長",
    "部长",
    "隊長",
    "队长",
    "會計",
    "会计",
    "工程師",
    "工程师",
    "秘書",
    "秘书",
    "總",
    "总",
    "董",
    "哥",
    "姐",
];

const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "dr", "prof", "professor", "doctor"];

/// Usual short forms behind the whole name. Those that only leave out the end ("Ben", "Sam") need no list.
const SHORT_FORMS: [(&str, &str); 43] = [
    ("abigail", "abby abbie gail"),
    ("alexander", "sandy sasha lex xander"),
    ("alexandra", "sandra sasha lexi"),
    ("andrew", "andy drew"),
    ("anthony", "tony"),
    ("barbara", "babs barb"),
    ("catherine", "kate katie kathy cathy cat kitty"),
    ("charles", "charlie chuck"),
    ("christina", "tina"),
    ("christopher", "topher kit"),
    ("deborah", "debbie"),
    ("dorothy", "dottie dot"),
    ("edward", "eddie ned ted teddy"),
    ("eleanor", "ellie nell nellie nora"),
    ("elizabeth", "liz lizzie lizzy beth betty betsy eliza libby lisa"),
    ("eugene", "gene"),
    ("francis", "frank"),
    ("gerald", "jerry gerry"),
    ("harold", "harry hal"),
    ("henry", "hank harry"),
    ("isabella", "bella izzy"),
    ("jacqueline", "jackie"),
    ("james", "jim jimmy jamie"),
    ("jennifer", "jenny"),
    ("john", "jack johnny"),
    ("jonathan", "jon jonny"),
    ("joseph", "joe joey"),
    ("katherine", "kate katie kathy kat kitty"),
    ("kathryn", "kate katie kathy"),
    ("lawrence", "larry"),
    ("margaret", "maggie meg peggy greta daisy"),
    ("michael", "mike mikey mick micky"),
    ("nicholas", "nick nicky"),
    ("patricia", "pat patty tricia trish"),
    ("patrick", "paddy pat"),
    ("rebecca", "becky becca"),
    ("richard", "rick ricky dick richie"),
    ("robert", "bob bobby rob robbie"),
    ("susan", "sue susie"),
    ("theodore", "ted teddy theo"),
    ("thomas", "tom tommy"),
    ("victoria", "vicky tori"),
    ("william", "bill billy will liam"),
];

/// A name without the title before or behind it: "Warner" of "Dr. Warner", 王 of 王經理. A name that is nothing but a title
/// stays as it is.
pub fn without_title(name: &str) -> &str {
    let name = name.trim();
    if let Some((first, rest)) = name.split_once(' ')
        && TITLES.contains(&first.trim_end_matches('.').to_lowercase().as_str())
        && !rest.trim().is_empty()
    {
        return rest.trim();
    }
    let cut = CHINESE_TITLES.iter().filter_map(|title| name.strip_suffix(title));
    cut.map(str::trim_end).filter(|rest| !rest.is_empty()).min_by_key(|rest| rest.len()).unwrap_or(name)
}

/// Whether a Chinese word says what somebody is and may stand behind a family name.
pub fn is_chinese_title(word: &str) -> bool {
    CHINESE_TITLES.contains(&word)
}

/// The usual short forms of an English first name in small letters; none of most names.
pub fn short_forms(first: &str) -> impl Iterator<Item = &'static str> {
    let forms = SHORT_FORMS.iter().filter(move |(whole, _)| *whole == first);
    forms.flat_map(|(_, forms)| forms.split(' '))
}

/// Whether one is a short form of the other, both in small letters: "Liz" of "Elizabeth", "Sam" of "Samuel".
pub fn is_short_form(short: &str, whole: &str) -> bool {
    let cut =
        short.is_ascii() && short.len() >= 3 && whole.starts_with(short) && whole.len() >= short.len() + 2;
    cut || short_forms(whole).any(|form| form == short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_no_part_of_a_name() {
        for (spoken, name) in [
            ("Dr. Warner", "Warner"),
            ("Professor Ana Lim", "Ana Lim"),
            ("王總經理", "王"),
            ("佳穎老師", "佳穎"),
            ("園長", "園長"),
            ("Ana", "Ana"),
        ] {
            assert_eq!(without_title(spoken), name);
        }
    }

    #[test]
    fn short_forms_are_those_of_the_list_and_beginnings() {
        for (short, whole) in
            [("liz", "elizabeth"), ("bill", "william"), ("sam", "samuel"), ("ben", "benjamin")]
        {
            assert!(is_short_form(short, whole), "{short}");
        }
        for (short, whole) in [("ann", "anna"), ("li", "linda"), ("bill", "robert"), ("elizabeth", "liz")] {
            assert!(!is_short_form(short, whole), "{short}");
        }
    }
}
