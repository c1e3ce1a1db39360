app-name = Debrief

## Composer
composer = New recording
composer-placeholder = Paste a Google Drive link or a path, or drop a recording
composer-label = Links or file paths of recordings
composer-hint = Audio or video · { $key } works from anywhere in this window
composer-choose = Choose recordings
composer-attach = Attach PDF
composer-attach-to = Attach PDF to { $name }
composer-process = Process
composer-process-count = Process { $count }
composer-sending = Adding…
composer-lined = Recordings to process
composer-attached = PDFs for the next job
composer-remove = Remove { $name }
composer-drive = Google Drive link
composer-attach-link = Attach a link to a PDF, Google Doc or Slides
composer-attach-link-to = Attach a link to a PDF, Google Doc or Slides to { $name }
composer-link-label = Link to a PDF, Google Doc or Slides
composer-link-for = For { $name }
composer-link-add = Attach
composer-link-wrong = This isn’t a Google Drive link. Attach files from this computer with “Attach PDF”.
drop-here = Let go to process
drop-here-detail = PDFs are attached to the next recording
drop-client = Let go to set up Google
drop-client-detail = The file is taken as your Google client
engine-missing = No speech engine is ready.

## What a pasted link is
look-pending = Looking it up…
look-processed = Already processed { $day }.
look-open = Open
look-again = Process again

## First look
empty-title = Turn a recording into a page
empty-step-1 = Paste a Google Drive link above, or drop an audio or video file here.
empty-step-2 = Open the page: transcript, summary and to-dos, saved on this computer.
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

progress-of = Progress of { $title }
progress-heard = { $doing }, { $percent }%
progress-heard-left = { $doing }, { $left }
progress-heard-unknown = { $doing }

action-open = Open page
action-retry = Retry
action-again = Try again
action-cancel = Cancel
action-cancel-job = Cancel: { $title }
action-retry-job = Retry: { $title }
action-again-job = Try again: { $title }
action-open-job = Open page: { $title }
action-for = { $action }: { $title }
action-undo = Undo
action-dismiss = Dismiss
cancelled-toast = Cancelled “{ $title }”

remedy-sign_in = Sign in
remedy-choose_file = Choose file
remedy-set_up = Set up Google
remedy-switch_account = Switch account
remedy-copy_request = Copy request
remedy-open_settings = Open settings
remedy-retry_now = Retry now

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
stage-rename = Rename
doing-fetch = Fetching the recording
doing-decode = Reading the audio
doing-transcribe = Transcribing
doing-diarize = Finding who spoke
doing-identify = Finding names
doing-summarize = Summarising
doing-publish = Writing the page
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
fact-attached = Attached
fact-page = Page
timeline = Stages
timeline-again = Run again from here: { $stage }
timeline-again-short = Run again from here
problem-technical = Technical details
problem-copy = Copy
problem-copied = Copied
warnings = Good to know
warning-copy-name = Copy name
rename-before = Renamed from “{ $name }”
rename-undo = Undo rename
summary = Summary
todos = To-dos
speakers = Speakers
delete = Delete from list
delete-ask-page = Delete this job from the list? Its page stays in your folder.
delete-ask-kept = Delete this job and the stages it has finished? The recording stays where it is.
delete-keep = Keep

## Header and footer
pause-all = Pause all
resume-all = Resume
paused-note = Paused. Nothing is lost; work goes on when you resume.
engine-label = Speech engine
pages-line = Pages in { $folder }
settings-open = Settings
sandbox-mark = Sandbox: { $address }, not Google
keys-open = Keys
notice = Notice

## Keys
keys = Keys
keys-close = Close
keys-list = In the list
key-paste = Process what you copied
key-pick = Choose recordings
key-settings = Open the settings
key-keys = Show this list
key-move = Move between jobs
key-open = Open details
key-retry = Retry
key-pause = Pause or resume everything
key-cancel = Cancel
key-back = Back to the list, close

## Settings
settings = Settings
settings-close = Close settings
settings-connections = Connections
settings-watched = Watched folders
settings-advanced = Advanced

google = Google
health-connected = Connected
health-signed_out = Not signed in
health-not_set_up = Not set up
health-expired = Sign-in expired
health-unkept = Sign-ins can’t be kept
health-waiting = Waiting for your browser
health-environment = Token from the environment
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
google-waiting = Waiting for your browser…
google-show-again = Show again
google-cancel = Cancel
google-cancel-heard = Cancel the sign-in
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

watched-why = New recordings in these folders become jobs by themselves.
watched-none = No folder is watched.
watched-list = Watched folders
watched-drive = In Google Drive
watched-local = On this computer
watched-remove = Stop watching { $name }
watched-label = Link to a folder in Google Drive
watched-add = Watch
watched-choose = Choose folder…
watched-choose-detail = A folder on this computer.
watched-access = A folder in Drive can be watched only with access to all of Drive.
watched-give = Give access to all of Drive

sandbox-label = Use a sandbox instead of Google
sandbox-detail = For trying things out: the address of a sandbox on this computer, such as http://127.0.0.1:4010. Nothing then reaches Google.
sandbox-use = Use sandbox
sandbox-off = Use Google again

told-client = Google is set up. Sign in next.
told-signed-in = Signed in to Google as { $email }.
told-signed-in-nobody = Signed in to Google.
told-chosen = Google lets Debrief read what you chose.

## Said aloud
say-stage = { $title }: { $doing }
say-completed = { $title } is done.
say-failed = { $title } failed. { $what } { $fix }
say-cancelled = { $title } is cancelled.
say-needs = { $title } needs you. { $what } { $fix }
say-error = { $what } { $fix }
say-added = Added to the list.
