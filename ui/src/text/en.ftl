app-name = Debrief

## Composer
composer = New recording
composer-placeholder = Paste a link or a file path, or drop a recording anywhere
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
drop-here = Let go to process
drop-here-detail = PDFs are attached to the next recording
engine-missing = No speech engine is ready.

## First look
empty-title = Turn a recording into a page
empty-step-1 = Drop an audio or video file here, or paste its path above.
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
status-left = { $doing } · { $left }
status-next = Waiting · next in line
status-ahead = { $count ->
    [one] Waiting · { $count } job before it
   *[other] Waiting · { $count } jobs before it
  }
status-paused = Waiting · everything is paused
status-retrying = { $stage } didn’t work · trying again in { $time }
status-retrying-now = { $stage } didn’t work · trying again now
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
action-undo = Undo
action-dismiss = Dismiss
cancelled-toast = Cancelled “{ $title }”

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
fact-length = Length
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
keys-open = Keys
notice = Notice

## Keys
keys = Keys
keys-close = Close
keys-list = In the list
key-paste = Process what you copied
key-pick = Choose recordings
key-keys = Show this list
key-move = Move between jobs
key-open = Open details
key-retry = Retry
key-pause = Pause or resume everything
key-cancel = Cancel
key-back = Back to the list, close

## Said aloud
say-stage = { $title }: { $doing }
say-completed = { $title } is done.
say-failed = { $title } failed. { $what } { $fix }
say-cancelled = { $title } is cancelled.
say-needs = { $title } needs you. { $what } { $fix }
say-error = { $what } { $fix }
say-added = Added to the list.
