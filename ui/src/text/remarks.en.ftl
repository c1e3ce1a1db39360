### How the backend words what is no failure, so that it can be told in another language: `warning-CODE-WORDING` for what
### to know about a job, and the rest by what it is about. Of two that fit, the first counts.

## What to do when nothing goes on by itself
given-up = Debrief tried { $times } times. What is finished is kept: retry the job when that may be over.

## What to know about a job
warning-speakers_not_found-why = { $what } The transcript is complete, without speakers; run that stage again to find them.
warning-fewer_speakers-none = No speaker was told apart, although there are at least { $least }. Choose another method for speakers in the settings and run that step again, or give the sentences to a new speaker by hand.
warning-fewer_speakers-one = One speaker was told apart, although there are at least { $least }. Choose another method for speakers in the settings and run that step again, or give the sentences to a new speaker by hand.
warning-fewer_speakers-some = { $found } speakers were told apart, although there are at least { $least }. Choose another method for speakers in the settings and run that step again, or give the sentences to a new speaker by hand.
warning-transcript_partial-of = From { $from } to { $to } nobody says anything in the transcript { $name }. If somebody does in the recording, process it again without the transcript, or with a whole one.
warning-engine_repeated-once = The speech engine repeated itself near { $first }; a part may be missing there.
warning-engine_repeated-often = The speech engine repeated itself in { $count } places, the first near { $first }; parts may be missing there.
warning-no_word_times-model = { $service } gave no times with the model { $model }: where each word lies in the recording is an estimate. Choose another model in the settings if you need exact times.
warning-transcript_left-id = { $service } still keeps a transcript of this recording, as it couldn't be deleted: { $why }. Delete { $id } on its page if you mind.
warning-named_by_rules-why = Speakers were not named by a language model, only by rules. { $what }
warning-another_model_answered-why = { $passed }; { $who } wrote the notes.
warning-page_edited-file = “{ $edited }” was changed by hand and is kept as it is. The new page is “{ $written }”.
warning-page_edited-blocks = { $count } blocks of the Notion page were changed by hand and are kept as they are.
warning-not_uploaded-kind = { $name } was not uploaded to Notion: Notion plays no files of this kind. The page links to it instead.
warning-not_uploaded-gone = { $name } was not uploaded to Notion: it is no longer on this computer. The page links to it instead.
warning-not_uploaded-large = { $name } was not uploaded to Notion: it is larger than the { $size } MB that this workspace takes. The page links to it instead.
warning-corrections_unfit-one = One of your corrections doesn't fit the new transcript. They are kept, but not applied: look through the transcript and correct it again.
warning-corrections_unfit-many = { $count } of your corrections don't fit the new transcript. They are kept, but not applied: look through the transcript and correct it again.
warning-recording_ends_early-of = The recording breaks off at { $end } of { $length }; everything up to there was kept. If the original is longer, copy it again and process it again.
warning-recording_ends_early-at = The recording breaks off at { $end }; everything up to there was kept. If the original is longer, copy it again and process it again.
warning-recording_damaged-parts = Parts of the recording are damaged: { $lost } seconds in all could not be read and are silent here. If you have another copy, process that one.
warning-several_audio_tracks-one = The file has { $count } audio tracks; only track { $used } was used. If somebody is missing, save the tracks as separate files and process each of them.
warning-rename_not_allowed-gone = “{ $seen }” kept its name: it is no longer in Drive, or no longer shared with { $email }.
warning-rename_not_allowed-forbidden = “{ $seen }” kept its name: { $email } may not rename it. Its owner can call it “{ $name }”.
warning-renamed_meanwhile-to = Somebody renamed the recording to “{ $name }” in the meantime, so it kept that name.

## Attachments
warning-attachment_unavailable-folder = The attachment { $name } was left out: it is a folder. To use it, process the recording again with a file that can be read.
warning-attachment_unavailable-device = The attachment { $name } was left out: it is a device or a pipe, not a file. To use it, process the recording again with a file that can be read.
warning-attachment_unavailable-missing = The attachment { $name } was left out: there is no such file. To use it, process the recording again with a file that can be read.
warning-attachment_unavailable-forbidden = The attachment { $name } was left out: this computer does not let Debrief read it. To use it, process the recording again with a file that can be read.
warning-attachment_unavailable-disk = The attachment { $name } was left out: it could not be read from its disk. To use it, process the recording again with a file that can be read.
warning-attachment_unavailable-drive = The attachment { $name } was left out. { $what } To use it, process the recording again with a file that can be read.
warning-attachment_unreadable-people = { $name } could not be read as text, so nobody is known by it. Save it as text or CSV and process the recording again with it.
warning-attachment_unreadable-password = The attachment { $name } could not be read: it is protected by a password. Save it without the password and process the recording again with it.
warning-attachment_unreadable-scan = The attachment { $name } could not be read: it is a scan without text. Have a scanning program recognise its text and process the recording again with it.
warning-attachment_unreadable-fonts = The attachment { $name } could not be read: its fonts don't say which letters they draw. Save it as a PDF again from the program it was written in and process the recording again with it.
warning-attachment_unreadable-damaged = The attachment { $name } could not be read: it is damaged or ends early. Get it again from where it came from and process the recording again with it.
warning-attachment_unreadable-large = The attachment { $name } could not be read: it has { $size } MB, and Debrief reads up to { $most } MB. Take out the pages that matter and process the recording again with it.
warning-attachment_unreadable-slow = The attachment { $name } could not be read: reading it took too long. Print it to a new PDF, only the pages that matter, and process the recording again with it.
warning-attachment_unreadable-crashed = The attachment { $name } could not be read: the reader of PDFs broke off over it. Print it to a new PDF and process the recording again with it.
warning-attachment_unreadable-missing = The attachment { $name } could not be read: there is no such file. Put it back and process the recording again with it.
warning-attachment_unreadable-forbidden = The attachment { $name } could not be read: this computer does not let Debrief open it. Give yourself permission to read it and process the recording again with it.
warning-attachment_unreadable-no-file = The attachment { $name } could not be read: it is a folder, a device or a pipe, not a file. Choose a PDF and process the recording again with it.
warning-attachment_unreadable-disk = The attachment { $name } could not be read: its disk did not give it. Check that the disk or network drive it is on is connected and process the recording again with it.
warning-attachment_unreadable-no-pdf = The attachment { $name } could not be read: it is { $kind }, not a PDF. Save it as a PDF and process the recording again with it.

## Why another language model stood in
passed-key-missing = { $provider } has no key
passed-key-refused = { $provider } refused the key
passed-credit = Your account at { $provider } has no credit left
passed-quota = The daily quota at { $provider } is used up
passed-busy = { $provider } was busy
passed-fault = { $provider } had a fault of its own
passed-model-key = { $provider } has no model "{ $model }" for this key
passed-model = { $provider } has no model "{ $model }"
passed-address = { $provider } wasn't found at the address that is set
passed-refused = { $model } at { $provider } refused to answer
passed-sent = { $provider } refused what Debrief sent
passed-long = { $model } at { $provider } doesn't take texts that long
passed-unusable = { $model } at { $provider } gave no answer that can be used
passed-unreachable = { $provider } couldn't be reached
passed-broke-off = { $provider } broke off
passed-late = { $provider } didn't answer in time
passed-local-only = Local only is on, so nothing is sent to { $host }
passed-cap = { $provider } would have gone over the month's cap on spending

## Services
note-openai-speech = OpenAI switches whisper-1 and the gpt-4o transcription models off on { $day }, and gpt-transcribe gives no times: use another service, or a server of your own, if you need exact times.
note-gemini-speech = Gemini gives times of sentences only, so those of words are estimates.
note-gemini = With a free key, Google may use what it is sent to improve its products.
note-groq = Free keys take few tokens a minute, so long recordings take long.
note-compatible = Any server that speaks OpenAI's interface: vLLM, OpenRouter, Mistral. Its address often ends in /v1.
note-ollama = Ollama cuts off what doesn't fit into the context length that it was started with, often 4096 tokens. Start it with OLLAMA_CONTEXT_LENGTH=16384 or more, and name the same number here.
note-lm-studio = Load the model with a context length of 16384 or more, and name the same number here.
note-llama-cpp = Start llama-server with -c 16384 or more, and name the same number here.
answer-speech-key = { $service } takes the key. Recordings are sent to { $host }.
answer-speech = { $service } answers. Recordings are sent to { $host }.
answer-notes-one = { $service } offers one model. Transcripts are sent to { $host }.
answer-notes-count = { $service } offers { $count } models. Transcripts are sent to { $host }.
answer-notes-model = { $service } answers with { $model }. Transcripts are sent to { $host }.
engine-sends = { $service }, sends the audio to { $host }
provider-compatible = OpenAI-compatible server
host-here = { $host } (this machine)
estimate-unpriced = No price is known for one of the chosen services.

## The window
notice-damaged = The job database was damaged. It was kept as { $file }, and a new one was begun; your pages are untouched.
message-pending = Waiting for its turn
message-stopping = Stopping
message-cancelled = Cancelled
message-done = Done
template-large = it has { $size } bytes, more than the { $most } that a template may have
template-name = its name isn't Unicode
template-unnamed = `name` is empty
