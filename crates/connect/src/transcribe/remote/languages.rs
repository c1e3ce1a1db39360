//! Whisper's names of languages as BCP 47 tags.

/// What Whisper may hear, as it says it.
const NAMES: &str = "english en,chinese zh,german de,spanish es,russian ru,korean ko,french fr,japanese ja,portuguese pt,\
turkish tr,polish pl,catalan ca,dutch nl,arabic ar,swedish sv,italian it,indonesian id,hindi hi,finnish fi,vietnamese vi,\
hebrew he,ukrainian uk,greek el,malay ms,czech cs,romanian ro,danish da,hungarian hu,tamil ta,norwegian no,thai th,urdu ur,\
croatian hr,bulgarian bg,lithuanian lt,latin la,maori mi,malayalam ml,welsh cy,slovak sk,telugu te,persian fa,latvian lv,\
bengali bn,serbian sr,azerbaijani az,slovenian sl,kannada kn,estonian et,macedonian mk,breton br,basque eu,icelandic is,\
armenian hy,nepali ne,mongolian mn,bosnian bs,kazakh kk,albanian sq,swahili sw,galician gl,marathi mr,punjabi pa,sinhala si,\
khmer km,shona sn,yoruba yo,somali so,afrikaans af,occitan oc,georgian ka,belarusian be,tajik tg,sindhi sd,gujarati gu,\
amharic am,yiddish yi,lao lo,uzbek uz,faroese fo,haitian creole ht,pashto ps,turkmen tk,nynorsk nn,maltese mt,sanskrit sa,\
luxembourgish lb,myanmar my,tibetan bo,tagalog tl,malagasy mg,assamese as,tatar tt,hawaiian haw,lingala ln,hausa ha,\
bashkir ba,javanese jv,sundanese su,cantonese yue";

/// The tag of a language that a server names: `english`, `English` or `en`. `None` when it is none that Whisper knows.
pub(super) fn tag(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_lowercase();
    let known = NAMES.split(',').filter_map(|entry| entry.rsplit_once(' '));
    let mut matching = known.filter(|(long, short)| *long == name || *short == name);
    matching.next().map(|(_, short)| short.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_known_by_name_and_by_tag() {
        let known = |name| tag(name);
        assert_eq!(known("English").as_deref(), Some("en"));
        assert_eq!(known("haitian creole").as_deref(), Some("ht"));
        assert_eq!(known("yue").as_deref(), Some("yue"));
        assert_eq!(known("klingon"), None);
        assert_eq!(NAMES.split(',').count(), 100);
    }
}
