//! Which reply of a provider means what.

use genai::Error as GenaiError;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::errors::LlmError;
use crate::http;

/// So much of a reply that is no JSON is kept for the details.
const MAX_QUOTED: usize = 300;
/// Where providers keep their sentence: the first of these places that has one.
const SENTENCES: [&str; 6] =
    ["/error/message", "/0/error/message", "/error", "/message", "/detail", "/detail/0/msg"];
/// Where they keep their word for what is wrong.
const WORDS: [&str; 6] = ["/error/code", "/error/type", "/error/status", "/0/error/status", "/code", "/type"];

/// What the library could not do.
pub(super) fn of(error: GenaiError) -> LlmError {
    match error {
        GenaiError::WebStream { error, cause, .. } => match error.downcast::<GenaiError>() {
            Ok(inner) => of(*inner),
            Err(error) => match error.downcast::<reqwest::Error>() {
                Ok(broken) => unheard(*broken),
                Err(_) => LlmError::NoAnswer(cause), // An answer that is no text, for example.
            },
        },
        GenaiError::HttpError { status, body, headers, .. } => refusal(status.as_u16(), &headers, &body),
        GenaiError::WebModelCall { webc_error, .. } | GenaiError::WebAdapterCall { webc_error, .. } => {
            match webc_error {
                genai::webc::Error::Reqwest(error) => unheard(error),
                genai::webc::Error::ResponseFailedStatus { status, body, headers } => {
                    refusal(status.as_u16(), &headers, &body)
                }
                other => LlmError::NoAnswer(quoted(&other.to_string())),
            }
        }
        GenaiError::ChatResponse { body, .. } => in_the_stream(&body),
        // Its own words have the whole question in them.
        GenaiError::ChatResponseGeneration { cause, .. } => LlmError::NoAnswer(quoted(&cause)),
        GenaiError::StreamParse { serde_error, .. } => LlmError::NoAnswer(format!("not JSON: {serde_error}")),
        // Requests that can't be made, and answers of shapes that providers don't have.
        other => LlmError::NoAnswer(quoted(&other.to_string())),
    }
}

/// A request that got no answer, or half of one.
pub(super) fn unheard(error: reqwest::Error) -> LlmError {
    if let Some(host) = http::blocked_host(&error) {
        return LlmError::LocalOnly(host);
    }
    let unasked = error.is_connect() || error.is_builder();
    let words = http::causes(&error.without_url());
    if unasked { LlmError::Unreachable(words) } else { LlmError::NoAnswer(words) }
}

/// An answer that is no success.
pub(super) fn refusal(status: u16, headers: &HeaderMap, body: &str) -> LlmError {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let after_ms = after_ms(headers, &json);
    judged(status, &json, body, after_ms)
}

/// An error that comes where the next piece of an answer should.
fn in_the_stream(body: &Value) -> LlmError {
    let inner = body.get("error").unwrap_or(body);
    let status = match word(inner).or_else(|| word(body)).unwrap_or_default().as_str() {
        "overloaded_error" | "UNAVAILABLE" => 529,
        "rate_limit_error" | "RESOURCE_EXHAUSTED" | "rate_limit_exceeded" | "insufficient_quota" => 429,
        "authentication_error" | "permission_error" => 401,
        "not_found_error" => 404,
        "invalid_request_error" => 400,
        _ => 500, // Whatever else goes wrong in the middle of an answer is the provider's fault.
    };
    let status = inner["code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(status);
    let body = Value::Object([("error".to_owned(), inner.clone())].into_iter().collect());
    judged(status.max(400), &body, &body.to_string(), after_ms(&HeaderMap::new(), &body))
}

fn judged(status: u16, json: &Value, body: &str, after_ms: Option<u32>) -> LlmError {
    let sentence = SENTENCES.iter().find_map(|place| json.pointer(place)?.as_str());
    let words = format!("status {status}: {}", sentence.map_or_else(|| quoted(body), quoted));
    // The words that decide may stand anywhere in it; how an answer is laid out differs too much.
    let all = body.to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| all.contains(part));
    let code = word(json).unwrap_or_default();
    let no_credit = code == "insufficient_quota"
        || says(&[
            "credit balance is too low",
            "insufficient_quota",
            "insufficient credits",
            "spend limit",
            "billing_error",
        ]);
    let too_long = says(&[
        "context_length_exceeded",
        "maximum context length",
        "prompt is too long",
        "exceed_context_size",
        "exceeds the available context size",
        "exceeds the maximum number of tokens",
        "input length and `max_tokens` exceed",
    ]);
    let no_model = says(&["model"])
        && says(&[
            "model_not_found",
            "not found",
            "does not exist",
            "is not a valid model",
            "decommissioned",
            "no models loaded",
            "not_found_error",
            "does not have access to model",
        ]);
    match status {
        402 => LlmError::CreditUsedUp(words),
        400 | 403 | 429 if no_credit => LlmError::CreditUsedUp(words),
        400 if says(&["api_key_invalid", "api key not valid", "api key expired"]) => {
            LlmError::KeyRefused(words)
        }
        401 => LlmError::KeyRefused(words),
        400 | 403 | 404 | 422 if no_model => LlmError::UnknownModel(words),
        403 => LlmError::KeyRefused(words),
        404 | 405 => LlmError::NotThere(words),
        400 | 413 | 422 | 500 if too_long => LlmError::TooLong(words),
        413 => LlmError::TooLong(words),
        // Groq checks the answer itself.
        400 if says(&["json_validate_failed"]) => LlmError::Unusable(words),
        400 if says(&["content_filter", "content management policy", "content policy"]) => {
            LlmError::Refused(words)
        }
        429 if says(&["perday", "per day", "(tpd)", "(rpd)", "daily"]) => {
            LlmError::QuotaUsedUp { words, after_ms }
        }
        408 | 425 | 429 | 503 | 529 => LlmError::Busy { words, after_ms },
        500.. => LlmError::Faulty { words, after_ms },
        // A network's sign-in page or a proxy stands between: this is no answer of the provider's.
        ..=399 => LlmError::NoAnswer(words),
        _ => LlmError::Unfit(words),
    }
}

fn word(json: &Value) -> Option<String> {
    WORDS.iter().find_map(|place| Some(json.pointer(place)?.as_str()?.to_owned()))
}

/// How long the provider asks to wait: in a header, or as Google does, in the answer.
fn after_ms(headers: &HeaderMap, json: &Value) -> Option<u32> {
    let exact = headers.get("retry-after-ms").and_then(|ms| ms.to_str().ok()?.trim().parse::<f64>().ok());
    let details = json.pointer("/error/details").or_else(|| json.pointer("/0/error/details"));
    let delay = details.and_then(Value::as_array).into_iter().flatten().find_map(|detail| {
        detail["retryDelay"].as_str()?.strip_suffix('s')?.parse::<f64>().ok().map(|seconds| seconds * 1000.0)
    });
    // Saturates: nobody asks for more than 49 days.
    let whole = |ms: f64| ms.max(0.0).ceil() as u32;
    exact.map(whole).or_else(|| http::retry_after_ms(headers, Timestamp::now())).or(delay.map(whole))
}

fn quoted(text: &str) -> String {
    text.trim().chars().take(MAX_QUOTED).collect()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn kind(error: &LlmError) -> String {
        let debug = format!("{error:?}");
        debug.split(['(', ' ']).next().unwrap().to_owned()
    }

    #[test]
    fn refusals_are_told_apart() {
        let replies: &[(u16, &str, &str)] = &[
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                "KeyRefused",
            ),
            (
                401,
                r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
                "KeyRefused",
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
                "KeyRefused",
            ),
            (403, r#"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#, "KeyRefused"),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                "CreditUsedUp",
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
                "CreditUsedUp",
            ),
            (
                400,
                r#"{"error":{"message":"API access is blocked: the organization has reached its spend limit."}}"#,
                "CreditUsedUp",
            ),
            (402, r#"{"error":{"message":"Insufficient credits","code":402}}"#, "CreditUsedUp"),
            (
                429,
                r#"{"error":{"message":"Rate limit reached for gpt","type":"tokens","code":"rate_limit_exceeded"}}"#,
                "Busy",
            ),
            (
                429,
                r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota exceeded","details":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}}"#,
                "QuotaUsedUp",
            ),
            (
                429,
                r#"{"error":{"message":"Rate limit reached for model x on tokens per day (TPD)","code":"rate_limit_exceeded"}}"#,
                "QuotaUsedUp",
            ),
            (529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "Busy"),
            (503, "upstream connect error", "Busy"),
            (500, r#"{"error":{"message":"The server had an error","type":"server_error"}}"#, "Faulty"),
            (502, "<html>Bad gateway</html>", "Faulty"),
            (
                404,
                r#"{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","code":"model_not_found"}}"#,
                "UnknownModel",
            ),
            (404, r#"{"error":{"message":"model 'qwen3:8b' not found","type":"api_error"}}"#, "UnknownModel"),
            (
                404,
                r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}"#,
                "UnknownModel",
            ),
            (
                403,
                r#"{"error":{"message":"Project `p` does not have access to model `gpt-x`","code":"model_not_found"}}"#,
                "UnknownModel",
            ),
            (404, "404 page not found", "NotThere"),
            (405, "", "NotThere"),
            (
                400,
                r#"{"error":{"message":"This model's maximum context length is 128000 tokens.","code":"context_length_exceeded"}}"#,
                "TooLong",
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
                "TooLong",
            ),
            (
                400,
                r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
                "TooLong",
            ),
            (413, r#"{"error":{"message":"Request too large for model"}}"#, "TooLong"),
            (
                400,
                r#"{"error":{"message":"This model does not support response format `json_schema`"}}"#,
                "Unfit",
            ),
            (
                422,
                r#"{"detail":[{"msg":"extra fields not permitted","loc":["body","response_format"]}]}"#,
                "Unfit",
            ),
            (
                400,
                r#"{"error":{"message":"Failed to validate JSON","code":"json_validate_failed"}}"#,
                "Unusable",
            ),
            (400, r#"{"error":{"message":"filtered","code":"content_filter"}}"#, "Refused"),
            (302, "", "NoAnswer"),
        ];
        for (status, body, expected) in replies {
            let error = refusal(*status, &HeaderMap::new(), body);
            assert_eq!(kind(&error), *expected, "{status} {body}");
        }
    }

    #[test]
    fn errors_in_the_middle_of_an_answer_are_told_apart() {
        let of = |body: &str| in_the_stream(&serde_json::from_str(body).unwrap());
        let overloaded = of(r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#);
        assert_eq!(overloaded, LlmError::Busy { words: "status 529: Overloaded".into(), after_ms: None });
        assert_eq!(kind(&of(r#"{"message":"The server had an error","type":"server_error"}"#)), "Faulty");
        assert_eq!(kind(&of(r#"{"error":{"code":429,"message":"slow down"}}"#)), "Busy");
        assert_eq!(kind(&of(r#"{"finishReason":null,"usageMetadata":null}"#)), "Faulty");
    }

    #[test]
    fn providers_ask_for_patience_in_three_ways() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("7"));
        assert_eq!(refusal(429, &headers, "{}").after_ms(), Some(7000));
        headers.insert("retry-after-ms", HeaderValue::from_static("1250.5"));
        assert_eq!(refusal(429, &headers, "{}").after_ms(), Some(1251));
        let google = r#"{"error":{"code":429,"details":[{"@type":"…RetryInfo","retryDelay":"17.2s"}]}}"#;
        assert_eq!(refusal(429, &HeaderMap::new(), google).after_ms(), Some(17_200));
    }
}
