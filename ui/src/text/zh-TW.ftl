app-name = Debrief

## Composer
composer = 新增錄音
composer-placeholder = 貼上連結或檔案路徑，或把錄音檔拖進視窗
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
drop-here = 放開即可處理
drop-here-detail = PDF 會附加到下一個錄音
engine-missing = 沒有可用的語音引擎。

## First look
empty-title = 把錄音變成一頁紀錄
empty-step-1 = 把音訊或影片檔拖進來，或在上方貼上它的路徑。
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
status-left = 正在{ $doing } · { $left }
status-next = 等待中 · 下一個
status-ahead = 等待中 · 前面還有 { $count } 個
status-paused = 等待中 · 已全部暫停
status-retrying = { $stage }未成功 · { $time } 後重試
status-retrying-now = { $stage }未成功 · 即將重試
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
action-undo = 復原
action-dismiss = 關閉
cancelled-toast = 已取消「{ $title }」

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
fact-length = 長度
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
keys-open = 快速鍵
notice = 通知

## Keys
keys = 快速鍵
keys-close = 關閉
keys-list = 在清單中
key-paste = 處理您複製的內容
key-pick = 選擇錄音檔
key-keys = 顯示此清單
key-move = 在工作之間移動
key-open = 開啟詳細資料
key-retry = 重試
key-pause = 全部暫停或繼續
key-cancel = 取消
key-back = 回到清單、關閉

## Said aloud
say-stage = { $title }：正在{ $doing }
say-completed = 「{ $title }」已完成。
say-failed = 「{ $title }」失敗。{ $what } { $fix }
say-cancelled = 「{ $title }」已取消。
say-needs = 「{ $title }」需要您處理。{ $what } { $fix }
say-error = { $what } { $fix }
say-added = 已加入清單。
