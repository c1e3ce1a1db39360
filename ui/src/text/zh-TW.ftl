app-name = Debrief

## Composer
composer = 新增錄音
composer-placeholder = 貼上 Google 雲端硬碟連結或路徑，或拖入錄音檔
composer-label = 錄音的連結或檔案路徑
composer-hint = 音訊或影片皆可 · 在視窗任何地方按 { $key } 即可貼上
composer-choose = 選擇錄音檔
composer-attach = 附加 PDF
composer-attach-to = 為「{ $name }」附加 PDF
composer-process = 開始處理
composer-process-count = 處理 { $count } 個
composer-sending = 加入中…
composer-lined = 準備處理的錄音
composer-attached = 下一個工作的 PDF
composer-remove = 移除「{ $name }」
composer-drive = Google 雲端硬碟連結
composer-attach-link = 附加 PDF、Google 文件或簡報的連結
composer-attach-link-to = 為「{ $name }」附加 PDF、Google 文件或簡報的連結
composer-link-label = PDF、Google 文件或簡報的連結
composer-link-for = 用於「{ $name }」
composer-link-add = 附加
composer-link-wrong = 這不是 Google 雲端硬碟連結。電腦上的檔案請用「附加 PDF」。
drop-here = 放開即可處理
drop-here-detail = PDF 會附加到下一個錄音
drop-client = 放開即可設定 Google
drop-client-detail = 這個檔案會作為您的 Google 用戶端
engine-missing = 沒有可用的語音引擎。

## What a pasted link is
look-pending = 查詢中…
look-processed = 已於 { $day }處理過。
look-open = 開啟
look-again = 重新處理

## First look
empty-title = 把錄音變成一頁紀錄
empty-step-1 = 在上方貼上 Google 雲端硬碟連結，或把音訊、影片檔拖進來。
empty-step-2 = 開啟完成的頁面：逐字稿、摘要和待辦事項，都存在這台電腦上。
empty-sample = 試用範例
empty-sample-detail = Debrief 內附的一小段合成對話。

## List
list-whole = 顯示全部 { $count } 個
group-needs_you = 需要您處理
group-working = 處理中
group-waiting = 等待中
group-done = 已完成
group-size = { $count } 個工作

state-needs_you = 需要您處理
state-working = 處理中
state-waiting = 等待中
state-completed = 已完成
state-failed = 失敗
state-cancelled = 已取消
state-stopping = 正在停止

status-stopping = 正在停止…
status-in-line = 等待{ $doing } · 另一個錄音正在進行
status-working = 正在{ $doing } · { $time }
status-bytes = 正在{ $doing } · { $bytes }
status-left = 正在{ $doing } · { $left }
status-next = 等待中 · 下一個
status-ahead = 等待中 · 前面還有 { $count } 個
status-paused = 等待中 · 已全部暫停
status-retrying = { $stage }未成功 · { $time } 後重試
status-retrying-now = { $stage }未成功 · 即將重試
status-retrying-why = { $what }{ $time } 後重試。
status-retrying-why-now = { $what }即將重試。
status-cancelled = 已取消 · 完成的步驟都已保留
status-speakers = { $count } 位發言者
status-took = 耗時 { $time }

left-seconds = 剩不到 1 分鐘
left-minutes = 約剩 { $count } 分鐘
left-hours = 約剩 { $hours } 小時 { $minutes } 分鐘
left-seconds-heard = 剩不到 1 分鐘
left-minutes-heard = 約剩 { $count } 分鐘
left-hours-heard = 約剩 { $hours } 小時 { $minutes } 分鐘
length-seconds = { $count } 秒
length-minutes = { $count } 分鐘
length-hours = { $hours } 小時 { $minutes } 分鐘

size-kb = { NUMBER($count, maximumFractionDigits: 0) } KB
size-mb = { NUMBER($count, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB
size-gb = { NUMBER($count, minimumFractionDigits: 2, maximumFractionDigits: 2) } GB
bytes-kb = { NUMBER($done, maximumFractionDigits: 0) } / { NUMBER($total, maximumFractionDigits: 0) } KB
bytes-mb = { NUMBER($done, minimumFractionDigits: 1, maximumFractionDigits: 1) } / { NUMBER($total, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB
bytes-gb = { NUMBER($done, minimumFractionDigits: 2, maximumFractionDigits: 2) } / { NUMBER($total, minimumFractionDigits: 2, maximumFractionDigits: 2) } GB
rate-kb = 每秒 { NUMBER($count, maximumFractionDigits: 0) } KB
rate-mb = 每秒 { NUMBER($count, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB
rate-gb = 每秒 { NUMBER($count, minimumFractionDigits: 2, maximumFractionDigits: 2) } GB
day = { DATETIME($date, day: "numeric", month: "short") }
day-year = { DATETIME($date, day: "numeric", month: "short", year: "numeric") }

progress-of = 「{ $title }」的進度
progress-heard = 正在{ $doing }，{ $percent }%
progress-heard-left = 正在{ $doing }，{ $left }
progress-heard-unknown = 正在{ $doing }

action-open = 開啟頁面
action-retry = 重試
action-again = 再試一次
action-cancel = 取消
action-cancel-job = 取消：{ $title }
action-retry-job = 重試：{ $title }
action-again-job = 再試一次：{ $title }
action-open-job = 開啟頁面：{ $title }
action-for = { $action }：{ $title }
action-undo = 復原
action-dismiss = 關閉
cancelled-toast = 已取消「{ $title }」

remedy-sign_in = 登入
remedy-choose_file = 選擇檔案
remedy-set_up = 設定 Google
remedy-switch_account = 切換帳號
remedy-copy_request = 複製請求訊息
remedy-open_settings = 開啟設定
remedy-retry_now = 立即重試

request-message =
    您好：

    我想為您的錄音「{ $name }」製作紀錄，但這個檔案目前不開放下載：
    { $link }

    能否請您開放下載，或傳一份副本給我？謝謝！
request-copied = 已複製請求訊息，請傳給錄音的擁有者。
request-uncopied = 無法複製請求訊息。

## Stages
stage-fetch = 取得錄音
stage-decode = 讀取音訊
stage-transcribe = 轉錄
stage-diarize = 辨識發言者
stage-identify = 尋找姓名
stage-summarize = 產生摘要
stage-publish = 寫入頁面
stage-rename = 重新命名
doing-fetch = 取得錄音
doing-decode = 讀取音訊
doing-transcribe = 轉錄
doing-diarize = 辨識發言者
doing-identify = 尋找姓名
doing-summarize = 產生摘要
doing-publish = 寫入頁面
doing-rename = 重新命名錄音
stage-state-done = 已完成
stage-state-running = 進行中
stage-state-stopped = 已停止
stage-state-ahead = 尚未開始

## Details
details = 詳細資料
details-close = 關閉詳細資料
fact-source = 來源
source-drive = Google 雲端硬碟
fact-length = 長度
fact-account = 帳號
fact-engine = 引擎
fact-attached = 附件
fact-page = 頁面
timeline = 步驟
timeline-again = 從這裡重新執行：{ $stage }
timeline-again-short = 從這裡重新執行
problem-technical = 技術細節
problem-copy = 複製
problem-copied = 已複製
warnings = 提醒
warning-copy-name = 複製名稱
rename-before = 原名稱為「{ $name }」
rename-undo = 復原名稱
summary = 摘要
todos = 待辦事項
speakers = 發言者
delete = 從清單刪除
delete-ask-page = 要從清單刪除這個工作嗎？頁面仍會留在您的資料夾裡。
delete-ask-kept = 要刪除這個工作和它已完成的步驟嗎？原本的錄音不受影響。
delete-keep = 保留

## Header and footer
pause-all = 全部暫停
resume-all = 繼續
paused-note = 已暫停。資料都已保留，按「繼續」即可接著處理。
engine-label = 語音引擎
pages-line = 頁面存於 { $folder }
settings-open = 設定
sandbox-mark = 沙箱：{ $address }，並非 Google
keys-open = 快速鍵
notice = 通知

## Keys
keys = 快速鍵
keys-close = 關閉
keys-list = 在清單中
key-paste = 處理您複製的內容
key-pick = 選擇錄音檔
key-settings = 開啟設定
key-keys = 顯示此清單
key-move = 在工作之間移動
key-open = 開啟詳細資料
key-retry = 重試
key-pause = 全部暫停或繼續
key-cancel = 取消
key-back = 回到清單、關閉

## Settings
settings = 設定
settings-close = 關閉設定
settings-connections = 連線
settings-watched = 監看的資料夾
settings-advanced = 進階

google = Google
health-connected = 已連線
health-signed_out = 尚未登入
health-not_set_up = 尚未設定
health-expired = 登入已過期
health-unkept = 無法保存登入
health-waiting = 等待瀏覽器
health-environment = 使用環境變數中的權杖
google-environment = 這次執行使用環境變數中的權杖。
google-client-why = 要讀取您雲端硬碟裡的錄音，Debrief 需要一個 Google 用戶端。您可以免費自行建立，大約五分鐘：
google-client-step-1 = 在 Google Cloud 控制台建立專案，啟用 Google Drive API 和 Google Picker API。
google-client-step-2 = 在「Google Auth Platform」填寫「品牌」，目標對象選「外部」，再按「發布應用程式」。Debrief 平常的存取權不需要 Google 驗證；若停留在「測試」狀態，每次登入 7 天後就會失效。
google-client-step-3 = 在「用戶端」建立類型為「電腦版應用程式」的 OAuth 用戶端，並下載它的 JSON 檔。
google-client-step-4 = 把那個檔案拖進視窗的任何地方，或在這裡選擇：
google-client-choose = 選擇下載的檔案…
google-client-or = 或輸入這兩個值：
google-client-id = 用戶端 ID
google-client-secret = 用戶端密鑰
google-client-save = 儲存
google-client-line = 用戶端 { $id }
google-client-built-in = Debrief 內附的用戶端
google-client-change = 變更
google-client-keep = 保留原來的
google-sign-in = 使用 Google 帳號登入
google-add = 新增其他帳號
google-sign-in-detail = Debrief 只看得到您選擇的檔案。
google-all = 存取整個雲端硬碟
google-all-detail = 任何連結都能直接處理，不必再詢問；監看雲端硬碟資料夾時需要。
google-waiting = 等待瀏覽器…
google-show-again = 再次顯示
google-cancel = 取消
google-cancel-heard = 取消登入
google-accounts = 帳號
access-picked_files = 只限您選擇的檔案
access-all_files = 整個雲端硬碟
google-signed-in = 已登入
google-expired = 登入已過期
google-expired-jobs = 登入已過期 · { $count } 個工作等待中
google-sign-in-again = 登入
google-sign-in-as = 登入：{ $email }
google-sign-out = 登出
google-sign-out-of = 登出：{ $email }
google-sign-out-ask = 要登出 { $email } 嗎？Debrief 會忘記這次登入，這個帳號的工作會等到您再次登入。
google-stay = 保持登入

kept-keychain = 登入資料存在系統的鑰匙圈中。
kept-session = 登入資料只保留到 Debrief 關閉為止。
kept-file = 登入資料存在只有您能讀取的檔案中。
keep-keychain = 再試一次鑰匙圈
keep-session = 只保留到 Debrief 關閉為止
keep-file = 存在只有您能讀取的檔案中

watched-why = 這些資料夾裡的新錄音會自動成為工作。
watched-none = 目前沒有監看任何資料夾。
watched-list = 監看的資料夾
watched-drive = 在 Google 雲端硬碟
watched-local = 在這台電腦
watched-remove = 停止監看「{ $name }」
watched-label = Google 雲端硬碟資料夾的連結
watched-add = 監看
watched-choose = 選擇資料夾…
watched-choose-detail = 這台電腦上的資料夾。
watched-access = 要監看雲端硬碟裡的資料夾，必須能存取整個雲端硬碟。
watched-give = 允許存取整個雲端硬碟

sandbox-label = 以沙箱取代 Google
sandbox-detail = 用於試驗：這台電腦上沙箱的位址，例如 http://127.0.0.1:4010。之後不會有任何內容傳到 Google。
sandbox-use = 使用沙箱
sandbox-off = 改回使用 Google

told-client = Google 已設定完成，接著請登入。
told-signed-in = 已以 { $email } 登入 Google。
told-signed-in-nobody = 已登入 Google。
told-chosen = Google 已允許 Debrief 讀取您選擇的檔案。

## Said aloud
say-stage = { $title }：正在{ $doing }
say-completed = 「{ $title }」已完成。
say-failed = 「{ $title }」失敗。{ $what } { $fix }
say-cancelled = 「{ $title }」已取消。
say-needs = 「{ $title }」需要您處理。{ $what } { $fix }
say-error = { $what } { $fix }
say-added = 已加入清單。
