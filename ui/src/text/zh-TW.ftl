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
empty-step-2 = 開啟完成的頁面：逐字稿、摘要和待辦事項，存在 Notion 或這台電腦上。
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
status-undone = 頁面在 Notion 的垃圾桶

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

action-open-folder = 開啟頁面
action-open-notion = 在 Notion 開啟
action-update = 更新 Notion 頁面
action-markdown = 複製為 Markdown
action-write-again = 重新寫入頁面
action-retry = 重試
action-again = 再試一次
action-cancel = 取消
action-cancel-job = 取消：{ $title }
action-retry-job = 重試：{ $title }
action-again-job = 再試一次：{ $title }
action-for = { $action }：{ $title }
action-undo = 復原
action-undo-detail = 復原會把頁面移到 Notion 的垃圾桶。
action-undo-detail-name = 復原會把頁面移到 Notion 的垃圾桶，並改回錄音原來的名稱。
action-dismiss = 關閉
cancelled-toast = 已取消「{ $title }」

remedy-sign_in = 登入
remedy-choose_file = 選擇檔案
remedy-set_up = 設定 Google
remedy-switch_account = 切換帳號
remedy-copy_request = 複製請求訊息
remedy-open_settings = 開啟設定
remedy-retry_now = 立即重試
remedy-connect_notion = 連線 Notion
remedy-retry_notion = 重試 Notion 步驟
remedy-choose_database = 選擇資料庫
remedy-check_properties = 檢查屬性

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
stage-publish-notion = 寫入 Notion
stage-rename = 重新命名
doing-fetch = 取得錄音
doing-decode = 讀取音訊
doing-transcribe = 轉錄
doing-diarize = 辨識發言者
doing-identify = 尋找姓名
doing-summarize = 產生摘要
doing-publish = 寫入頁面
doing-publish-notion = 寫入 Notion
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
copied = 已複製
warnings = 提醒
warning-copy-name = 複製名稱
rename-before = 原名稱為「{ $name }」
rename-undo = 復原名稱
page-in-notion = 在 Notion
page-undone = 您已復原，頁面在 Notion 的垃圾桶裡。
page-undone-told = 頁面已移到 Notion 的垃圾桶。
page-undone-told-name = 頁面已移到 Notion 的垃圾桶，錄音名稱已改回「{ $name }」。
page-copied = 已將頁面複製為 Markdown。
page-uncopied = 無法複製頁面。
summary = 摘要
todos = 待辦事項
speakers = 發言者
delete = 從清單刪除
delete-ask-page = 要從清單刪除這個工作嗎？頁面仍會留在您的資料夾裡。
delete-ask-notion = 要從清單刪除這個工作嗎？頁面仍會留在 Notion 裡。
delete-ask-kept = 要刪除這個工作和它已完成的步驟嗎？原本的錄音不受影響。
delete-keep = 保留

## Header and footer
pause-all = 全部暫停
resume-all = 繼續
paused-note = 已暫停。資料都已保留，按「繼續」即可接著處理。
engine-label = 語音引擎
pages-line = 頁面存於 { $folder }
pages-line-notion = 頁面寫入 Notion 的「{ $place }」
pages-line-unset = 尚未選擇 Notion 裡的位置
settings-open = 設定
sandbox-mark = 沙箱：{ $address }，並非 Google 或 Notion
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
settings-find = 搜尋設定
settings-find-none = 設定裡找不到「{ $query }」。
settings-found = 找到 { $count } 個部分
settings-connections = 連線
settings-pages = 頁面
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
health-not_connected = 尚未連線
health-unplaced = 尚未選擇位置
health-unfit = 需要檢查
health-refused = 目前無法使用
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
browser-waiting = 等待瀏覽器…
browser-show-again = 再次顯示
browser-cancel = 取消
browser-cancel-heard = 取消登入
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

notion = Notion
notion-why = Debrief 使用您自己建立的權杖，把頁面寫入您的 Notion 工作區：
notion-step-1 = 開啟 { $address }，建立個人存取權杖（personal access token）或內部連接（internal connection）。
notion-step-2 = 使用內部連接時，請在 Notion 開啟您的資料庫，從「•••」→「連接」加入它。個人存取權杖看得到的內容和您一樣。
notion-step-3 = 複製權杖並貼在這裡：
notion-open-integrations = 開啟 Notion
notion-token = 權杖
notion-connect = 連線
notion-connecting = 檢查中…
notion-oauth = 使用您自己的公開整合登入
notion-oauth-why = 在 Notion 的開發者頁面填入這個重新導向網址，再把該頁面顯示的值填在下方：
notion-copy-redirect = 複製重新導向網址
notion-client-id = OAuth 用戶端 ID
notion-client-secret = OAuth 用戶端密鑰
notion-client-line = 整合 { $id }
notion-client-change = 變更
notion-sign-in = 使用 Notion 登入
notion-check = 再檢查一次
notion-jobs = { $count } 個工作正在等待 Notion
notion-disconnect = 中斷連線
notion-disconnect-ask = 要中斷與「{ $workspace }」的連線嗎？Debrief 會忘記權杖，要寫入 Notion 的工作會等到您再次連線。已有的頁面不受影響。
notion-stay = 保持連線
token-personal = 個人存取權杖
token-internal = 內部連接
token-oauth = 您自己的公開整合
token-environment = 這次執行使用環境變數中的權杖

place-goes = 頁面寫入
place-none = 選擇要放頁面的資料庫或頁面。
place-choose = 選擇…
place-database = 資料庫
place-source = 在資料庫「{ $database }」中
place-page = 頁面
test-write = 寫入測試頁面
test-writing = 請稍候…
test-detail = 看看一切是否正常。
test-written = 測試頁面已寫入。
test-open = 開啟
test-open-heard = 開啟測試頁面
test-remove = 移除
test-remove-heard = 移除測試頁面

mapping-fact = 錄音的資料
mapping-property = Notion 的屬性
mapping-for = 「{ $fact }」的屬性
mapping-left-out = 不寫入
mapping-choice = { $name }（{ $kind }）
mapping-unfit = 已不適用
mapping-missing = 資料庫裡沒有適用的屬性。
mapping-create = 建立 { $count } 個缺少的屬性
mapping-creating = 建立中…
role-title = 標題
role-date = 日期
role-participants = 參與者
role-duration = 長度
role-tags = 標籤
role-recording = 錄音
role-status = 狀態
role-debrief_id = Debrief ID
kind-title = 標題
kind-date = 日期
kind-people = 人員
kind-number = 數字
kind-rich_text = 文字
kind-select = 單選
kind-multi_select = 多選
kind-status = 狀態
kind-url = 網址
kind-files = 檔案
kind-relation = 關聯
kind-checkbox = 核取方塊

picker = 選擇頁面的位置
picker-close = 不選擇，直接關閉
picker-label = 資料庫或頁面的名稱，或它的連結
picker-list = Notion 裡的位置
picker-searching = 搜尋中…
picker-choosing = 正在讀取屬性…
picker-found = { $count } 個位置
picker-empty = Debrief 目前在 Notion 裡看不到任何內容。請在 Notion 開啟資料庫，從「•••」→「連接」加入，再搜尋一次。
picker-none = Debrief 看得到的內容裡沒有「{ $query }」。請在 Notion 從「•••」→「連接」加入它，或貼上它的連結。
picker-again = 再搜尋一次
picker-more = 載入更多
picker-link = 使用這個連結

destination = 新頁面寫入
destination-notion = Notion
destination-place = Notion 的「{ $place }」
destination-unready = 尚未就緒，請看上方的 Notion。在那之前，工作會等到可以寫入頁面為止。
destination-folder = 這台電腦上的資料夾
page-language = 標題的語言
page-language-recorded = 與錄音相同
sections = 頁面的內容與順序
section-summary = 摘要
section-todos = 待辦事項
section-decisions = 決議
section-notes = 筆記
section-attachments = 附件
section-transcript = 逐字稿
section-up = 上移：{ $section }
section-down = 下移：{ $section }
section-moved = { $section }：第 { $position } 項，共 { $count } 項
uploads = 上傳到 Notion
upload-recording = 錄音檔
upload-attachments = 附件
upload-limit = 您的工作區可接受的單一檔案上限為 { $size }。
limit-mb = { NUMBER($count, maximumFractionDigits: 1) } MB
limit-gb = { NUMBER($count, maximumFractionDigits: 1) } GB

find-google = Google 雲端硬碟 帳號 登入 用戶端
find-notion = Notion 工作區 權杖 連線 資料庫 屬性 對應
find-pages = 頁面 資料夾 語言 章節 順序 上傳 Markdown
find-watched = 監看 資料夾 雲端硬碟 自動
find-advanced = 沙箱 測試

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

sandbox-label = 以沙箱取代 Google 和 Notion
sandbox-detail = 用於試驗：這台電腦上沙箱的位址，例如 http://127.0.0.1:4010。之後不會有任何內容傳到 Google 或 Notion。
sandbox-use = 使用沙箱
sandbox-off = 改回使用 Google 和 Notion

told-client = Google 已設定完成，接著請登入。
told-signed-in = 已以 { $email } 登入 Google。
told-signed-in-nobody = 已登入 Google。
told-chosen = Google 已允許 Debrief 讀取您選擇的檔案。
told-notion = 已連線到 Notion 的「{ $workspace }」。
told-placed = 頁面會寫入「{ $place }」。
told-created = { $count ->
    [0] 無法建立屬性。
   *[other] 已建立 { $count } 個屬性。
  }
told-test-removed = 測試頁面已移到 Notion 的垃圾桶。

## Said aloud
say-stage = { $title }：正在{ $doing }
say-completed = 「{ $title }」已完成。
say-failed = 「{ $title }」失敗。{ $what } { $fix }
say-cancelled = 「{ $title }」已取消。
say-needs = 「{ $title }」需要您處理。{ $what } { $fix }
say-error = { $what } { $fix }
say-added = 已加入清單。
