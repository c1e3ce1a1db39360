app-name = Debrief

## Composer
composer = New recording
composer-placeholder = Paste a Google Drive link or a path, or drop a recording
composer-label = Links or file paths of recordings
composer-hint = Audio or video · { $key } works from anywhere in this window
composer-choose = Choose recordings
composer-attach = Attach file
composer-attach-kinds = PDFs, transcripts as .vtt, .srt or .txt, chats and attendance lists
composer-attach-to = Attach a file to { $name }
composer-process = Process
composer-process-count = Process { $count }
composer-sending = Adding…
composer-lined = Recordings to process
composer-attached = Files for the next job
composer-remove = Remove { $name }
composer-drive = Google Drive link
composer-attach-link = Attach a link to a PDF, Google Doc or Slides
composer-attach-link-to = Attach a link to a PDF, Google Doc or Slides to { $name }
composer-link-label = Link to a PDF, Google Doc or Slides
composer-link-for = For { $name }
composer-link-add = Attach
composer-link-wrong = This isn’t a Google Drive link. Attach files from this computer with “Attach file”.
options = Options
options-for = Options for { $name }
options-template = Template
options-template-usual = As usual: { $name }
options-template-set = As in the settings
options-participants = Participants
options-participants-hint = Names that may be heard, with commas or Enter between them.
options-participants-sent = They are sent to { $host } as hints.
options-cost = About { $amount }, by the length of the recording.
options-cost-hour = About { $amount } for an hour of recording.
drop-here = Let go to process
drop-here-detail = PDFs, transcripts, chats and attendance lists are attached to the next recording
drop-client = Let go to set up Google
drop-client-detail = The file is taken as your Google client
engine-missing = No speech engine is ready.

## What a pasted link is
look-pending = Looking it up…
look-processed = Already processed { $day }.
look-open = Open
look-again = Process again
look-beside = { $name } lies beside it.
look-use = Use it instead of recognition
look-companions = For speakers’ names, use what lies beside it: { $names }
transcript-surely = Words and speakers come from { $name }.
transcript-maybe = Words and speakers come from { $name }, if it is a transcript.
transcript-ignored = The recording is recognised; { $name } is only a document.
transcript-ignore = Recognise the recording anyway

## First look
empty-title = Turn a recording into a page
empty-step-1 = Paste a Google Drive link above, or drop an audio or video file here.
empty-step-2 = Open the page: transcript, summary and to-dos, in Notion or on this computer.
empty-sample = Try the sample
empty-sample-detail = A short synthetic conversation that comes with Debrief.

## List
list-whole = Show all { $count }
group-needs_you = Needs you
group-working = Working
group-waiting = Waiting
group-done = Done
group-size = { $count ->
    [one] { $count } job
   *[other] { $count } jobs
  }

state-needs_you = Needs you
state-working = Working
state-waiting = Waiting
state-completed = Done
state-failed = Failed
state-cancelled = Cancelled
state-stopping = Stopping

status-stopping = Stopping…
status-in-line = { $doing } · waiting for another recording
status-working = { $doing } · { $time }
status-bytes = { $doing } · { $bytes }
status-left = { $doing } · { $left }
status-next = Waiting · next in line
status-ahead = { $count ->
    [one] Waiting · { $count } job before it
   *[other] Waiting · { $count } jobs before it
  }
status-paused = Waiting · everything is paused
status-retrying = { $stage } didn’t work · trying again in { $time }
status-retrying-now = { $stage } didn’t work · trying again now
status-retrying-why = { $what } Trying again in { $time }.
status-retrying-why-now = { $what } Trying again now.
status-cancelled = Cancelled · finished stages are kept
status-speakers = { $count ->
    [one] { $count } speaker
   *[other] { $count } speakers
  }
status-took = took { $time }
status-undone = page in Notion’s trash

left-seconds = less than a minute left
left-minutes = about { $count } min left
left-hours = about { $hours } h { $minutes } min left
left-seconds-heard = less than a minute left
left-minutes-heard = { $count ->
    [one] about { $count } minute left
   *[other] about { $count } minutes left
  }
left-hours-heard = about { $hours } hours { $minutes } minutes left
length-seconds = { $count } s
length-minutes = { $count } min
length-hours = { $hours } h { $minutes } min

size-kb = { NUMBER($count, maximumFractionDigits: 0) } kB
size-mb = { NUMBER($count, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB
size-gb = { NUMBER($count, minimumFractionDigits: 2, maximumFractionDigits: 2) } GB
bytes-kb = { NUMBER($done, maximumFractionDigits: 0) } of { NUMBER($total, maximumFractionDigits: 0) } kB
bytes-mb = { NUMBER($done, minimumFractionDigits: 1, maximumFractionDigits: 1) } of { NUMBER($total, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB
bytes-gb = { NUMBER($done, minimumFractionDigits: 2, maximumFractionDigits: 2) } of { NUMBER($total, minimumFractionDigits: 2, maximumFractionDigits: 2) } GB
rate-kb = { NUMBER($count, maximumFractionDigits: 0) } kB/s
rate-mb = { NUMBER($count, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB/s
rate-gb = { NUMBER($count, minimumFractionDigits: 2, maximumFractionDigits: 2) } GB/s
day = { DATETIME($date, day: "numeric", month: "short") }
day-year = { DATETIME($date, day: "numeric", month: "short", year: "numeric") }
money = ${ NUMBER($usd, minimumFractionDigits: 2, maximumFractionDigits: 2) }
money-least = less than ${ NUMBER($usd, minimumFractionDigits: 2) }
count = { NUMBER($count, maximumFractionDigits: 0) }
usage-tokens = { NUMBER($input) } tokens read, { NUMBER($output) } written
usage-audio = { NUMBER($count, maximumFractionDigits: 0) } min of audio
cost-expected = About { $amount } expected
cost-spent = { $amount }
cost-spent-part = { $amount }, and what has no known price
cost-spent-expected = { $spent } ({ $amount } expected)
cost-unpriced = No price known

progress-of = Progress of { $title }
progress-heard = { $doing }, { $percent }%
progress-heard-left = { $doing }, { $left }
progress-heard-unknown = { $doing }

action-open-folder = Open page
action-open-notion = Open in Notion
action-update-folder = Update page
action-update-notion = Update Notion page
action-markdown = Copy as Markdown
action-write-again = Write the page again
action-retry = Retry
action-again = Try again
action-cancel = Cancel
action-cancel-job = Cancel: { $title }
action-retry-job = Retry: { $title }
action-again-job = Try again: { $title }
action-for = { $action }: { $title }
action-undo = Undo
action-undo-detail = Undo moves the page to Notion’s trash.
action-undo-detail-name = Undo moves the page to Notion’s trash and gives the recording its old name back.
action-dismiss = Dismiss
cancelled-toast = Cancelled “{ $title }”

remedy-sign_in = Sign in
remedy-choose_file = Choose file
remedy-set_up = Set up Google
remedy-switch_account = Switch account
remedy-copy_request = Copy request
remedy-open_settings = Open settings
remedy-retry_now = Retry now
remedy-connect_notion = Connect Notion
remedy-retry_notion = Retry Notion step
remedy-choose_database = Choose database
remedy-check_properties = Check properties
remedy-get_model = Get the model
remedy-choose_engine = Choose engine
remedy-usual_engine = Use the engine of the settings
remedy-enter_key = Enter key
remedy-smaller_model = Choose a smaller model
remedy-download_again = Download again
remedy-add_key = Add key
remedy-choose_model = Choose model
remedy-other_model = Choose another model
remedy-raise_cap = Raise the cap
remedy-privacy = Privacy settings

request-message =
    Hello,

    I would like to make notes from your recording “{ $name }”, but downloading it is turned off:
    { $link }

    Could you allow downloads for it, or send me a copy? Thank you!
request-copied = The request is copied. Send it to the owner of the recording.
request-uncopied = The request couldn’t be copied.

## Stages
stage-fetch = Fetch
stage-decode = Read the audio
stage-transcribe = Transcribe
stage-diarize = Find speakers
stage-identify = Find names
stage-summarize = Summarise
stage-publish = Write the page
stage-publish-notion = Write to Notion
stage-rename = Rename
doing-fetch = Fetching the recording
doing-decode = Reading the audio
doing-transcribe = Transcribing
doing-diarize = Finding who spoke
doing-identify = Finding names
doing-summarize = Summarising
doing-publish = Writing the page
doing-publish-notion = Writing to Notion
doing-rename = Renaming the recording
stage-state-done = done
stage-state-running = running
stage-state-stopped = stopped
stage-state-ahead = still to come

## Details
details = Details
details-close = Close details
fact-source = Source
source-drive = Google Drive
fact-length = Length
fact-account = Account
fact-engine = Engine
fact-notes = Notes by
fact-cost = Cost
fact-attached = Attached
fact-page = Page
timeline = Stages
timeline-again = Run again from here: { $stage }
timeline-again-short = Run again from here
problem-technical = Technical details
problem-copy = Copy
copied = Copied
warnings = Good to know
warning-copy-name = Copy name
rename-before = Renamed from “{ $name }”
rename-undo = Undo rename
page-in-notion = In Notion
page-undone = The page lies in Notion’s trash. You took it back.
page-undone-told = The page is in Notion’s trash.
page-undone-told-name = The page is in Notion’s trash, and the recording is called “{ $name }” again.
page-copied = The page is copied as Markdown.
page-uncopied = The page couldn’t be copied.
summary = Summary
todos = To-dos
speakers = Speakers
speaker-name = Name…
speaker-name-heard = Name: { $label }
speaker-name-of = Name of { $label }
speaker-remember = Remember this voice
speaker-remember-detail = So that it is known in later recordings. Kept on this computer only.
speaker-save = Save
speaker-cancel = Cancel
speaker-named = { $label } is called { $name } now.
delete = Delete from list
delete-ask-page = Delete this job from the list? Its page stays in your folder.
delete-ask-notion = Delete this job from the list? Its page stays in Notion.
delete-ask-kept = Delete this job and the stages it has finished? The recording stays where it is.
delete-keep = Keep

## Transcript and notes
record-open = Open transcript
record = Transcript and notes: { $title }
record-close = Close transcript
record-parts = Parts
record-notes = Notes
record-transcript = Transcript
record-loading = Reading the transcript…
read-only = This transcript can’t be corrected.
read-only-running = This job is being worked on. It can be corrected once that is done.
page-outdated = Corrected since the page was written.
page-update = Update page
page-updating = The page is being written again.
revert = Undo all corrections
revert-ask = Undo all corrections of this recording? Names, words and notes become what they were.
revert-keep = Keep them
reverted = All corrections are undone.
edit = Correct
edit-heard = Correct: { $what }
corrected = corrected
jump = Go to { $time } in the transcript
notes-title = Title
notes-writer = { $model } at { $provider }
notes-by = Written by { $by }
notes-by-corrected = Written by { $by } · corrected
notes-summary = Summary
notes-decisions = Decisions
notes-questions = Open questions
notes-topics = Topics
notes-unverified = Unverified
notes-unverified-why = The language model wrote these, but the transcript doesn’t bear them out. They are not on the lists above.
claim-todo = To-do:
claim-decision = Decision:
doubt-no_such_place = It names no place in the recording where this was said.
doubt-quote_not_found = The words that it quotes were not said there.
doubt-name_not_said = It names somebody whom nobody mentioned and who didn’t speak.
doubt-number_not_said = It has a number or a date that nobody said.
doubt-not_about_this = What was said there is about something else.
row-add = Add to: { $part }
row-add-short = Add
row-new = New in: { $part }
row-up = Move up: { $what }
row-down = Move down: { $what }
row-remove = Remove: { $what }
row-remove-short = Remove
row-removed = Removed: { $what }
move-up = Move up
move-down = Move down
todo-text = What is to be done
todo-who = Who
todo-due = Due
todo-until = by { $day }
due-wrong = This isn’t a date.
due-wrong-fix = Write it as 2026-12-31, or leave it empty.
transcript-empty = Nobody says anything in this recording.
speakers-unfound = Speakers weren’t found.
speaker-label = Speaker { $number }
speaker-change = Name, or move to another speaker
turn-heard = { $name }, { $time }
words-at = Words at { $time }
words-saved = The words are corrected.
overlap = others talk at the same time
find = Find in the transcript
find-none = Nothing found
find-at = { $at } of { $count }
find-count = { $count ->
    [0] Nothing found
    [one] Found once
   *[other] Found { $count } times
  }
find-previous = Previous
find-next = Next
only = Show
only-all = All speakers
select-heard = Select { $time }
select-none = Clear selection
selected = Selected passages
selected-count = { $count ->
    [one] { $count } passage selected, at { $from }
   *[other] { $count } passages selected, the first at { $from }
  }
move-to = Move to
move = Move
moved = { $count ->
    [one] { $count } passage is { $name }’s now.
   *[other] { $count } passages are { $name }’s now.
  }
new-speaker = A new speaker
panel-close = Close
names-known = Names to choose from
scope = The name is for
scope-everyone = Everyone called { $label }
scope-turn = This turn only
name-taken = { $name } speaks here already. { $label } becomes one with them.
merge = Merge
merge-into = The same person as
merge-choose = Choose…
merged = { $name } and { $into } are one now.
evidence-person = { $name } — named by you
evidence-transcript = { $name } — from the transcript that came with the recording
evidence-voice = { $name } — a remembered voice, { $percent } %
evidence-introduction = { $name } — said “{ $quote }” at { $time }, { $percent } %
evidence-addressed = { $name } — somebody said “{ $quote }” to them at { $time }, { $percent } %
evidence-said = { $name } — from the conversation, { $percent } %

## Search
search = Search all recordings
search-list = Recordings and commands
search-newest = Newest
search-commands = Commands
search-none = Nothing found for “{ $query }”.
search-found = { $count ->
    [one] { $count } place found
   *[other] { $count } places found
  }
hit-title = Title
hit-notes = Notes
hit-transcript = Transcript

## Header and footer
pause-all = Pause all
resume-all = Resume
paused-note = Paused. Nothing is lost; work goes on when you resume.
engine-label = Speech engine
footer-better = Get a better model
footer-downloading = { $name }: { $percent }%
footer-verifying = { $name }: verifying
pages-line = Pages in { $folder }
pages-line-notion = Pages go to { $place } in Notion
pages-line-unset = No place in Notion is chosen
settings-open = Settings
sandbox-mark = Sandbox: { $address }, not Google or Notion
keys-open = Keys
notice = Notice

## Keys
keys = Keys
keys-close = Close
keys-list = In the list
key-paste = Process what you copied
key-pick = Choose recordings
key-settings = Open the settings
key-larger = Make everything larger
key-smaller = Make everything smaller
key-usual-size = Back to the usual size
key-search = Search all recordings
key-page = Open the page
key-keys = Show this list
key-move = Move between jobs
key-open = Open details
key-retry = Retry
key-pause = Pause or resume everything
key-cancel = Cancel
key-back = Back to the list, close
keys-transcript = In the transcript
key-turns = Move between turns
key-words = Correct the words
key-name = Name the speaker
key-assign = Give the turn to that speaker
key-select = Select the turn
key-find = Find

## Settings
settings = Settings
settings-close = Close settings
settings-find = Search settings
settings-find-none = Nothing in the settings is called “{ $query }”.
settings-found = { $count ->
    [one] { $count } part of the settings found
   *[other] { $count } parts of the settings found
  }
settings-connections = Connections
settings-transcription = Transcription
settings-speakers = Speakers
settings-summary = Summary
settings-models = Models
settings-pages = Pages
settings-watched = Watched folders
settings-privacy = Privacy
settings-advanced = Advanced

google = Google
health-connected = Connected
health-signed_out = Not signed in
health-not_set_up = Not set up
health-expired = Sign-in expired
health-unkept = Sign-ins can’t be kept
health-waiting = Waiting for your browser
health-environment = Token from the environment
health-not_connected = Not connected
health-unplaced = No place chosen
health-unfit = Needs a look
health-refused = Can’t be used now
google-environment = A token from the environment is used for this run.
google-client-why = To read recordings in your Drive, Debrief needs a Google client. You make your own, free of charge, in about five minutes:
google-client-step-1 = In Google Cloud console, create a project and enable the Google Drive API and the Google Picker API.
google-client-step-2 = Under Google Auth Platform, fill in Branding and choose the audience “External”. Then press “Publish app”: Debrief’s usual access needs no verification by Google, and while the app is in “Testing” every sign-in ends after 7 days.
google-client-step-3 = Under Clients, create an OAuth client of the type “Desktop app” and download its JSON file.
google-client-step-4 = Drop that file anywhere on this window, or choose it here:
google-client-choose = Choose the downloaded file…
google-client-or = Or type both values:
google-client-id = Client ID
google-client-secret = Client secret
google-client-save = Save
google-client-line = Client { $id }
google-client-built-in = Client that comes with Debrief
google-client-change = Change
google-client-keep = Keep the old one
google-sign-in = Sign in with Google
google-add = Add another account
google-sign-in-detail = Debrief sees only the files that you choose.
google-all = Access to all of Drive
google-all-detail = Works for any link without asking; needed for watched folders in Drive.
browser-waiting = Waiting for your browser…
browser-show-again = Show again
browser-cancel = Cancel
browser-cancel-heard = Cancel the sign-in
google-accounts = Accounts
access-picked_files = Only files that you choose
access-all_files = All of Drive
google-signed-in = Signed in
google-expired = Sign-in expired
google-expired-jobs = { $count ->
    [one] Sign-in expired · { $count } job waits
   *[other] Sign-in expired · { $count } jobs wait
  }
google-sign-in-again = Sign in
google-sign-in-as = Sign in: { $email }
google-sign-out = Sign out
google-sign-out-of = Sign out: { $email }
google-sign-out-ask = Sign out { $email }? Debrief forgets the sign-in, and jobs of this account wait until you sign in again.
google-stay = Stay signed in

kept-keychain = Sign-ins are kept in this system’s keychain.
kept-session = Sign-ins are kept until Debrief is closed.
kept-file = Sign-ins are kept in a file that only you can read.
keep-keychain = Try the keychain again
keep-session = Keep sign-ins until Debrief is closed
keep-file = Keep them in a file that only you can read

notion = Notion
notion-why = Debrief writes pages into your Notion workspace with a token that you make:
notion-step-1 = Open { $address } and create a personal access token or an internal connection.
notion-step-2 = For an internal connection, open your database in Notion and add the connection there: ••• → Connections. A personal access token sees what you see.
notion-step-3 = Copy the token and paste it here:
notion-open-integrations = Open Notion
notion-token = Token
notion-connect = Connect
notion-connecting = Checking…
notion-oauth = Sign in with your own public integration
notion-oauth-why = Enter this redirect address at Notion’s page for developers, then fill in what that page shows:
notion-copy-redirect = Copy redirect address
notion-client-id = OAuth client ID
notion-client-secret = OAuth client secret
notion-client-line = Integration { $id }
notion-client-change = Change
notion-sign-in = Sign in with Notion
notion-check = Check again
notion-jobs = { $count ->
    [one] { $count } job waits for Notion
   *[other] { $count } jobs wait for Notion
  }
notion-disconnect = Disconnect
notion-disconnect-ask = Disconnect “{ $workspace }”? Debrief forgets the token, and jobs for Notion wait until you connect again. Pages stay where they are.
notion-stay = Stay connected
token-personal = Personal access token
token-internal = Internal connection
token-oauth = Your own public integration
token-environment = Token from the environment, for this run

place-goes = Pages go to
place-none = Choose a database or a page that gets the pages.
place-choose = Choose…
place-database = Database
place-source = In the database { $database }
place-page = Page
test-write = Write a test page
test-writing = One moment…
test-detail = To see whether everything works.
test-written = The test page is written.
test-open = Open
test-open-heard = Open the test page
test-remove = Remove
test-remove-heard = Remove the test page

mapping-fact = From the recording
mapping-property = Property in Notion
mapping-for = Property for { $fact }
mapping-left-out = Leave out
mapping-choice = { $name } ({ $kind })
mapping-unfit = Doesn’t fit any more
mapping-missing = No property of the database fits.
mapping-create = { $count ->
    [one] Create { $count } missing property
   *[other] Create { $count } missing properties
  }
mapping-creating = Creating…
role-title = Title
role-date = Date
role-participants = Participants
role-duration = Duration
role-tags = Tags
role-recording = Recording
role-status = Status
role-debrief_id = Debrief ID
kind-title = title
kind-date = date
kind-people = people
kind-number = number
kind-rich_text = text
kind-select = select
kind-multi_select = multi-select
kind-status = status
kind-url = URL
kind-files = files
kind-relation = relation
kind-checkbox = checkbox

picker = Choose where pages go
picker-close = Close without choosing
picker-label = Name of a database or page, or its link
picker-list = Places in Notion
picker-searching = Searching…
picker-choosing = Reading its properties…
picker-found = { $count ->
    [one] { $count } place
   *[other] { $count } places
  }
picker-empty = Notion shows Debrief nothing yet. In Notion, open the database and add the connection: ••• → Connections. Then search again.
picker-none = Nothing that Debrief may see is called “{ $query }”. Add the connection to it in Notion (••• → Connections), or paste its link.
picker-again = Search again
picker-more = Load more
picker-link = Use this link

destination = New pages go to
destination-notion = Notion
destination-place = “{ $place }” in Notion
destination-unready = Not ready yet, see Notion above. Until then jobs wait before they write their page.
destination-folder = A folder on this computer
page-language = Language of headings
page-language-recorded = That of the recording
sections = On the page, in this order
section-summary = Summary
section-todos = To-dos
section-decisions = Decisions
section-questions = Open questions
section-topics = Notes by topic
section-notes = Notes
section-attachments = Attachments
section-unverified = Unverified
section-unverified-why = Always there with to-dos or decisions.
section-transcript = Transcript
section-up = Move up: { $section }
section-down = Move down: { $section }
section-moved = { $section }: { $position } of { $count }
uploads = Uploaded to Notion
upload-recording = The recording
upload-attachments = Attachments
upload-limit = Your workspace takes files of up to { $size }.
limit-mb = { NUMBER($count, maximumFractionDigits: 1) } MB
limit-gb = { NUMBER($count, maximumFractionDigits: 1) } GB

find-google = Google Drive account sign in client
find-notion = Notion workspace token connection database property mapping
find-transcription = Speech engine model language Chinese Traditional Simplified vocabulary GPU service API key OpenAI Groq Deepgram AssemblyAI Gemini
find-speakers = Speakers diarization voice voiceprint remember number privacy
find-summary = Summary notes language model LLM provider API key OpenAI Anthropic Claude Gemini Groq Ollama LM Studio llama.cpp template glossary cost spending cap tokens
find-models = Models download Whisper Parakeet licence disk memory file folder
find-pages = Page folder destination language section upload Markdown
find-watched = Watch folder Drive automatic
find-privacy = Privacy local only offline network
find-advanced = Sandbox test

watched-why = New recordings in these folders become jobs by themselves.
watched-none = No folder is watched.
watched-list = Watched folders
watched-drive = In Google Drive
watched-local = On this computer
watched-companions = Attach the chat and the attendance list that lie beside a recording
watched-remove = Stop watching { $name }
watched-label = Link to a folder in Google Drive
watched-add = Watch
watched-choose = Choose folder…
watched-choose-detail = A folder on this computer.
watched-access = A folder in Drive can be watched only with access to all of Drive.
watched-give = Give access to all of Drive

speech-next = The next recording is transcribed by { $engine }.
speech-jobs = { $count ->
    [one] { $count } job waits for an engine, a model or a key.
   *[other] { $count } jobs wait for an engine, a model or a key.
  }
speech-engine = Engine
engine-best = The best one that is ready
engine-best-detail = One on this computer is taken before a service.
engine-rough = Rough, English only.
engine-unready = Not ready.
engine-use-best = Use the best one that is ready
engine-transcribe-cpp = transcribe.cpp, with a model file (Whisper, Parakeet, Moonshine and others)
engine-pocketsphinx = PocketSphinx, rough offline recogniser, English only
engine-speakrs = speakrs, with the models of pyannote community-1 and WeSpeaker (CC-BY-4.0)
engine-sortformer = Sortformer (NVIDIA), fast, up to four speakers
engine-voice-clustering = Compares how voices sound; needs no model, rough
engine-rough-one = PocketSphinx (rough, English only)
engine-transcript = the transcript { $name }
engine-lacks-key = There is no key for it yet.
engine-lacks-model = There is no model for it yet.
audio-stays = On this computer.
audio-sent = Audio is sent to { $host }.
speech-model = Model
model-best = The best one that is ready
speech-gpu = Use the graphics processor
speech-language = Spoken language
speech-language-found = Found by itself
speech-chinese = Chinese is written in
chinese-engine = Whatever the engine writes
chinese-traditional = Traditional characters
chinese-simplified = Simplified characters
vocabulary = Names and terms
vocabulary-hint = They help engines to write them right. Names of people and of products, one at a time or a pasted list.
vocabulary-add = Add
vocabulary-added = { $count ->
    [one] { $count } term is added.
   *[other] { $count } terms are added.
  }
vocabulary-remove = Remove { $word }
vocabulary-removed = { $word } is removed.
services = Speech services
services-why = Used only where you choose one as the engine. Each needs a key of yours, and what it costs is between you and the service.
service-environment = Key from the environment, for this run
service-key = Key kept
service-keyless = Key optional
service-no-key = No key
service-address = Address
service-address-hint = Any server that speaks OpenAI’s interface, also one of your own.
service-address-save = Use
service-key-label = Key
service-key-other = Another key
service-key-hint = It is checked with the service, kept with your other sign-ins, and never shown again.
service-key-save = Check and keep
service-asking = Asking…
service-test = Test
service-test-heard = Test { $service }
service-remove = Remove key

speakers-method = Told apart by
speakers-count = How many
count-automatic = Found by itself
count-exactly = Exactly
count-exactly-label = Number of speakers
count-between = Between
count-least = At least
count-most = At most
voices-remember = Remember voices
voices-privacy = Off unless you turn it on. When you name a speaker and say so, a measure of the voice is kept, to know it in later recordings. It stays on this computer, is never sent anywhere, and can be deleted here.
voices = Remembered voices
voice-heard = { $time } heard
voice-forget = Forget
voice-forget-heard = Forget the voice of { $name }
voices-forget = Forget all voices
voices-forget-ask = { $count ->
    [one] Forget { $count } voice? It is deleted from this computer. Names on pages stay.
   *[other] Forget all { $count } voices? They are deleted from this computer. Names on pages stay.
  }
voices-keep = Keep

notes-next = The next recording’s notes are written by { $by }.
notes-next-nobody = Nobody writes the next recording’s notes: its sentences are taken from the transcript.
notes-jobs = { $count ->
    [one] { $count } job waits for notes.
   *[other] { $count } jobs wait for notes.
  }
notes-who = Who writes notes
notes-nobody = Nobody: sentences are taken from the transcript
notes-nobody-detail = On this computer, free of charge. Nothing is rewritten; speakers get the names that they give themselves or are called by.
notes-models = Language models, in this order
notes-models-detail = They write the notes and find names.
notes-asked-first = Asked first.
notes-asked-next = Asked when the one before is busy, out of credit or out of reach.
notes-no-key = There is no key for it yet.
notes-no-address = There is no address for it yet.
notes-shut-out = Not asked while “Local only” is on.
notes-shut-out-short = Off: local only
notes-on-machine = On this machine
notes-pick = Choose a model
notes-provider = Provider
notes-model = Model
notes-model-choose = Choose…
notes-model-other = Another…
notes-model-hint = As the provider calls it.
notes-models-asking = Asking for the list of models…
notes-models-typed = Type the model’s name.
notes-models-unasked = As the provider calls it. Its list is fetched once it can be asked.
notes-model-add = Add
notes-model-use = Use this one
notes-model-more = Add a model…
notes-model-change = Change…
notes-model-removed = { $model } is removed.
notes-key-first = { $provider } needs a key, which you enter below.
notes-use = Use for notes
notes-sent = The transcript, the attachments’ text and names go to { $host }.
notes-stays = The transcript, the attachments’ text and names stay on this machine.
notes-nowhere = There is no address yet. Whatever you enter gets the transcript, the attachments’ text and names.
notes-providers = Providers
notes-providers-why = Asked only where you choose one above. What a service costs is between you and it.
notes-key-optional = Key, if it needs one
notes-address-hint = Empty stands for the usual one.
notes-window = Tokens that it reads at once
notes-window-hint = The context length that the server was started with. Too small a number means many parts; with too large a one the server cuts text off.
notes-window-usual = the usual
notes-window-wrong = Enter a whole number such as 32768, or nothing.
notes-language = Language of notes
notes-language-spoken = That of the recording
templates = Templates
templates-why = What notes have in them, by the kind of recording. A recording can have another one, under “Options”.
templates-folder = Your own are kept in { $folder }
template-parts = Parts: { $parts }.
template-own = { $name } (your own)
template-broken = “{ $name }” can’t be used.
template-preview = Preview
template-preview-of = Preview: { $name }
template-preview-close = Close preview
template-copy = Copy and edit
template-copied = { $name } is copied and opened. Changes count once the file is saved.
template-open = Open
template-remove = Remove
template-remove-ask = Remove “{ $name }”? Its file is deleted. Jobs that have it keep it.
template-keep = Keep
template-removed = { $name } is removed.
glossary = Names and terms for notes
glossary-hint = Written as you write them here. Speech engines that take hints get them too.
spending = Spending in { $month }
spending-month = { DATETIME($date, month: "long", year: "numeric") }
spending-none = Nothing was spent this month.
spending-model = Model
spending-calls = Calls
spending-tokens = Tokens
spending-minutes = Minutes
spending-cost = Cost
spending-written = { NUMBER($count) } written
spending-nothing = none
spending-unpriced = no price known
spending-total = Altogether
spending-prices = Prices as of { $day }.
spending-part = What has no known price is not in the sum.
cap = Monthly cap in US dollars
cap-hint = Jobs that would cost money wait once it is reached. Empty: no cap.
cap-placeholder = none
cap-save = Save
cap-set = The cap is { $amount } a month.
cap-none = There is no cap.
cap-wrong = Enter an amount such as 20 or 7.50, or nothing.
cap-reached = The cap is reached. Raise it, or jobs wait until next month.

models-why = Models do the work on this computer, without a network. They are downloaded once.
models-transcribe = For transcribing
models-speakers = For telling speakers apart
models-more = { $count ->
    [one] { $count } more model
   *[other] { $count } more models
  }
models-add = Add file…
models-add-detail = For computers without a network: a model’s file that you brought.
models-folder = Kept in { $folder }, { $free } free
models-folder-only = Kept in { $folder }
models-move = Move…
machine-memory = This computer has { $size } of memory
machine-cores = { $cores ->
    [one] { $cores } core
   *[other] { $cores } cores
  }
recommended-best = Recommended
recommended-fast = Recommended, faster
model-languages = { $names } and { $count } more languages
model-many-languages = Many languages
list-between = { ", " }
sentence-between = { " " }
model-memory = needs { $size } of memory
model-speed = { NUMBER($times, maximumFractionDigits: 1) }× real time here
checked-verified = Checked against its source.
checked-pinned = Not checked against a source; kept as first downloaded.
checked-unchecked = Not checked against a source.
model-never-run = Debrief was never tested with these weights.
model-downloading = Downloading · { $progress }
model-paused = Paused · { $progress }
model-verifying = Verifying
model-ready = Ready
model-in-use = Ready · in use
model-started-again = started again from the beginning
model-no-disk = Doesn’t fit: { $free } are free on this disk.
model-no-memory = Needs more memory than this computer has ({ $memory }).
model-get = Get
model-pause = Pause
model-resume = Resume
model-again = Download again
model-cancel = Cancel
model-remove = Remove
model-keep = Keep
model-remove-ask = Remove “{ $title }” from this computer?
model-remove-ask-next = Remove “{ $title }”, which is in use? Jobs then use “{ $next }”.
model-remove-ask-last = Remove “{ $title }”, which is in use? No other is here: jobs that need one wait until there is.

local-only = Local only: nothing leaves this machine
local-only-detail = Only programs on this machine are asked, such as Ollama. Jobs that need something else wait.
local-only-without = While it is on, these don’t work:
local-only-without-now = These don’t work now:
section-without-drive = Google Drive: links, attachments and watched folders there
section-without-notion = Notion: pages that go there wait
section-without-services = Speech services and language models elsewhere
section-without-downloads = Downloads of models

sandbox-label = Use a sandbox instead of Google and Notion
sandbox-detail = For trying things out: the address of a sandbox on this computer, such as http://127.0.0.1:4010. Nothing then reaches Google or Notion.
sandbox-use = Use sandbox
sandbox-off = Use Google and Notion again

told-client = Google is set up. Sign in next.
told-signed-in = Signed in to Google as { $email }.
told-signed-in-nobody = Signed in to Google.
told-chosen = Google lets Debrief read what you chose.
told-notion = Connected to “{ $workspace }” in Notion.
told-placed = Pages go to “{ $place }”.
told-created = { $count ->
    [0] No property could be created.
    [one] { $count } property is created.
   *[other] { $count } properties are created.
  }
told-test-removed = The test page is in Notion’s trash.
told-key = The key of { $service } is kept.
told-key-removed = The key of { $service } is removed.
told-voices = { $count ->
    [one] { $count } voice is forgotten.
   *[other] { $count } voices are forgotten.
  }
told-model = { $name } is ready.

## Said aloud
say-stage = { $title }: { $doing }
say-completed = { $title } is done.
say-failed = { $title } failed. { $what } { $fix }
say-cancelled = { $title } is cancelled.
say-needs = { $title } needs you. { $what } { $fix }
say-model-stopped = { $name }: { $what } { $fix }
say-error = { $what } { $fix }
say-added = Added to the list.
