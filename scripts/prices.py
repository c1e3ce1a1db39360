#!/usr/bin/env python3
"""Makes crates/connect/src/llm/prices.toml from the MIT-licensed package litellm on PyPI.

    scripts/prices.py VERSION

Needs pip. Only the providers and services that Debrief offers are taken, and of each model only what it costs and holds.
"""

import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

TARGET = pathlib.Path(__file__).resolve().parent.parent / "crates/connect/src/llm/prices.toml"
LIST = "litellm/model_prices_and_context_window_backup.json"
PROVIDERS = ["openai", "anthropic", "gemini", "groq", "deepgram", "assemblyai"]
# Gemini counts a second of audio as 32 tokens: ai.google.dev/gemini-api/docs/audio
GEMINI_AUDIO_TOKENS_A_MINUTE = 32 * 60
# Prices of what the package doesn't have: provider, model, US dollars an hour of audio, where that stands and when it was read. Extras
# such as telling speakers apart may cost more.
HOURLY_SOURCE = "https://www.assemblyai.com/pricing, read on 2026-10-07 by github.com/api-evangelist/assemblyai"
HOURLY = {("assemblyai", "universal-3-5-pro"): 0.21, ("assemblyai", "universal-2"): 0.15}
# Models that write no notes, whatever their mode says.
NO_CHAT = ["audio", "realtime", "robotics", "lyria", "-tts", "prompt-guard", "computer-use", "deep-research", "ft:", "search-preview",
           "search-api", "container"]


def fetched(version: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"litellm=={version}"
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted], check=True)
        [wheel] = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return json.loads(archive.read(LIST))


def number(value: float) -> str:
    return f"{round(value, 9):.9f}".rstrip("0").rstrip(".") or "0"


def chat(name: str, model: dict, provider: str) -> dict | None:
    if "input_cost_per_token" not in model or "output_cost_per_token" not in model:
        return None
    if any(part in name for part in NO_CHAT):
        return None
    million = 1_000_000
    entry = {
        "input": number(model["input_cost_per_token"] * million),
        "output": number(model["output_cost_per_token"] * million),
    }
    for above in ("128k", "200k", "272k"):
        dear = model.get(f"input_cost_per_token_above_{above}_tokens")
        if dear is not None:
            output = model.get(f"output_cost_per_token_above_{above}_tokens", model["output_cost_per_token"])
            long = f"{{ above = {int(above[:-1]) * 1000}, input = {number(dear * million)}, output = {number(output * million)} }}"
            entry["long"] = long
            break
    if provider == "gemini" and model.get("supports_audio_input"):
        token = model.get("input_cost_per_audio_token", model["input_cost_per_token"])
        entry["minute"] = number(token * GEMINI_AUDIO_TOKENS_A_MINUTE)
    for key, source in (("window", "max_input_tokens"), ("answer", "max_output_tokens")):
        if model.get(source):
            entry[key] = str(int(model[source]))
    if model.get("supports_reasoning"):
        entry["reasoning"] = "true"
    return entry


def speech(name: str, model: dict) -> dict | None:
    second = model.get("input_cost_per_second")
    if second is None or "streaming" in name or "realtime" in name or "live" in name:
        return None
    return {"minute": number(second * 60)}


def main() -> None:
    [version] = sys.argv[1:]
    prices: dict[str, dict[str, dict]] = {provider: {} for provider in PROVIDERS}
    for full, model in fetched(version).items():
        provider, mode = model.get("litellm_provider"), model.get("mode")
        if provider not in prices:
            continue
        name = full.removeprefix(f"{provider}/")
        entry = None
        if mode in ("chat", "responses"):
            entry = chat(name, model, provider)
        elif mode == "audio_transcription":
            entry = speech(name, model)
        if entry:
            prices[provider][name] = entry
    for (provider, name), hour in HOURLY.items():
        # What the package knows by now is newer.
        prices[provider].setdefault(name, {"minute": number(hour / 60)})
    lines = [
        "# What models cost and hold. Made by scripts/prices.py; don't edit it by hand.",
        "#",
        "# input, output: US dollars per million tokens; long: the same for questions above so many tokens; minute: US dollars",
        "# per minute of audio; window: tokens that a question may have; answer: tokens that an answer may have; reasoning:",
        "# thinks before it answers, which counts as output.",
        f"# {', '.join(name for _, name in HOURLY)}: {HOURLY_SOURCE}.",
        "",
        f'source = "litellm {version}, MIT licence, https://pypi.org/project/litellm/{version}/"',
        f'date = "{datetime.date.today().isoformat()}"',
    ]
    for provider, models in prices.items():
        lines += ["", f"[models.{provider}]"]
        for name, entry in sorted(models.items()):
            fields = ", ".join(f"{key} = {value}" for key, value in entry.items())
            lines.append(f"{json.dumps(name)} = {{ {fields} }}")
    TARGET.write_text("\n".join(lines) + "\n")
    print(f"{TARGET}: {sum(map(len, prices.values()))} models")


main()
