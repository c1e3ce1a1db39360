//! A language model of Llama's kind with arbitrary weights, as GGUF. It runs, and tells nonsense; held to a grammar, it tells
//! nonsense of the right shape and soon comes to its end.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::gguf::Gguf;

const WIDTH: u64 = 32;
const FEED: u64 = 64;
const HEADS: u64 = 2;
/// Tokens of question and answer together.
pub const CONTEXT: u64 = 2048;
/// Unknown, beginning and end; then every byte.
const SPECIAL: u64 = 3;
const TOKENS: u64 = SPECIAL + 256;
/// Of the one direction that every token has, whatever the random numbers do to the others.
const COMMON: f32 = 20.0;
const TEMPLATE: &str =
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant: ";

/// Writes the model; the same on every run. About 115 KB.
///
/// # Errors
/// The file can't be written.
pub fn llama(folder: &Path) -> Outcome<PathBuf> {
    let mut out = Gguf::default();
    out.text("general.architecture", "llama");
    for (key, value) in [
        ("context_length", CONTEXT),
        ("embedding_length", WIDTH),
        ("block_count", 1),
        ("feed_forward_length", FEED),
        ("attention.head_count", HEADS),
        ("rope.dimension_count", WIDTH / HEADS),
        ("vocab_size", TOKENS),
    ] {
        out.number(&format!("llama.{key}"), value as u32);
    }
    out.real("llama.attention.layer_norm_rms_epsilon", 1e-5);
    tokenizer(&mut out);
    let mut embedding = out.randoms(&[WIDTH, TOKENS]);
    embedding.iter_mut().step_by(WIDTH as usize).for_each(|number| *number = COMMON);
    out.given("token_embd.weight", &[WIDTH, TOKENS], &embedding);
    layer(&mut out);
    // The common direction decides how likely each byte is at all.
    let mut output = out.randoms(&[WIDTH, TOKENS]);
    for (token, row) in (0..TOKENS).zip(output.chunks_exact_mut(WIDTH as usize)) {
        row.iter_mut().for_each(|number| *number *= 0.2);
        row[0] = token.checked_sub(SPECIAL).map_or(-3.0, |byte| liking(char::from(byte as u8)));
    }
    out.given("output.weight", &[WIDTH, TOKENS], &output);
    out.write(folder.join("tiny-llama.gguf"))
}

/// Letters make texts, and what closes them is likelier than any one letter. An open brace is likelier than the end of a list,
/// so that lists are not always empty.
fn liking(byte: char) -> f32 {
    match byte {
        '{' => 0.8,
        '"' | ']' | '}' => 0.6,
        'a'..='z' => 0.4,
        '0'..='9' | ',' | ':' => 0.2,
        _ => -3.0, // Nothing that JSON needs.
    }
}

fn tokenizer(out: &mut Gguf) {
    let bytes = (0..256).map(|byte| format!("<0x{byte:02X}>"));
    let tokens: Vec<String> = ["<unk>", "<s>", "</s>"].into_iter().map(str::to_owned).chain(bytes).collect();
    out.text("tokenizer.ggml.model", "llama");
    out.texts("tokenizer.ggml.tokens", tokens.iter().map(String::as_str));
    out.reals("tokenizer.ggml.scores", &[0.0; TOKENS as usize]);
    // Unknown, control, control; then bytes.
    let kinds: Vec<i32> = [2, 3, 3].into_iter().chain([6; 256]).collect();
    out.numbers("tokenizer.ggml.token_type", &kinds);
    for (key, token) in [("unknown", 0), ("bos", 1), ("eos", 2)] {
        out.number(&format!("tokenizer.ggml.{key}_token_id"), token);
    }
    out.text("tokenizer.chat_template", TEMPLATE);
}

fn layer(out: &mut Gguf) {
    let ones = [1.0; WIDTH as usize];
    for norm in ["blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"] {
        out.given(&format!("{norm}.weight"), &[WIDTH], &ones);
    }
    for part in ["attn_q", "attn_k", "attn_v", "attn_output"] {
        out.tensor(&format!("blk.0.{part}.weight"), &[WIDTH, WIDTH]);
    }
    for (part, inputs, outputs) in
        [("ffn_gate", WIDTH, FEED), ("ffn_up", WIDTH, FEED), ("ffn_down", FEED, WIDTH)]
    {
        out.tensor(&format!("blk.0.{part}.weight"), &[inputs, outputs]);
    }
}
