### What is said for every wording in remarks.en.ftl. `warning-CODE` alone stands for whatever is worded otherwise under that
### code, so it names no facts.

attach-again = 若要使用它，請連同可以讀取的檔案重新處理這個錄音。
again-speakers = 請到設定改用其他區分發言者的方式，再重新執行該步驟，或自行把句子歸給新的發言者。
again-whole = 如果錄音在那段時間有人說話，請不附逐字稿重新處理，或改用完整的逐字稿。
attach-with = 再連同它重新處理這個錄音。

## What to do when nothing goes on by itself
given-up = Debrief 已嘗試 { $times } 次。已完成的部分都已保留；等情況可能好轉時，請重試這個工作。

## What to know about a job
warning-speakers_not_found = 找不到發言者。逐字稿是完整的，但沒有發言者；可重新執行該步驟。
warning-speakers_not_found-why = { $what }逐字稿是完整的，但沒有發言者；可重新執行該步驟。
warning-fewer_speakers = 區分出的發言者比您說的至少人數少。{ again-speakers }
warning-fewer_speakers-none = 沒有區分出任何發言者，但至少應有 { $least } 位。{ again-speakers }
warning-fewer_speakers-one = 只區分出一位發言者，但至少應有 { $least } 位。{ again-speakers }
warning-fewer_speakers-some = 只區分出 { $found } 位發言者，但至少應有 { $least } 位。{ again-speakers }
warning-transcript_partial = 逐字稿可能只涵蓋錄音的一部分。{ again-whole }
warning-transcript_partial-of = 逐字稿「{ $name }」從 { $from } 到 { $to } 沒有任何內容。{ again-whole }
warning-engine_repeated = 語音引擎曾重複同樣的內容，那裡可能缺少一部分。
warning-engine_repeated-once = 語音引擎在 { $first } 附近重複同樣的內容，那裡可能缺少一部分。
warning-engine_repeated-often = 語音引擎有 { $count } 處重複同樣的內容，第一處在 { $first } 附近；那些地方可能缺少一部分。
warning-no_word_times = 語音服務沒有提供時間，每個詞在錄音中的位置是估計的。
warning-no_word_times-model = { $service } 的模型 { $model } 沒有提供時間，每個詞在錄音中的位置是估計的。如果需要準確的時間，請到設定改用其他模型。
warning-transcript_left = 語音服務還保留著這個錄音的逐字稿，無法刪除。
warning-transcript_left-id = { $service } 還保留著這個錄音的逐字稿，無法刪除（{ $why }）。如果您介意，請到它的頁面刪除 { $id }。
warning-named_by_rules = 發言者的姓名只依規則尋找，沒有使用語言模型。
warning-named_by_rules-why = 發言者的姓名只依規則尋找，沒有使用語言模型。{ $what }
warning-another_model_answered = 筆記由另一個語言模型撰寫。
warning-another_model_answered-why = { $passed }，因此筆記改由 { $who } 撰寫。
warning-page_edited = 頁面曾以手動修改，修改的部分已保持原樣。
warning-page_edited-file = 「{ $edited }」曾以手動修改，因此保持原樣。新的頁面是「{ $written }」。
warning-page_edited-blocks = Notion 頁面中有 { $count } 個區塊曾以手動修改，因此保持原樣。
warning-not_uploaded = 有檔案沒有上傳到 Notion，頁面改為連結到它。
warning-not_uploaded-kind = 「{ $name }」沒有上傳到 Notion：Notion 無法播放這類檔案。頁面改為連結到它。
warning-not_uploaded-gone = 「{ $name }」沒有上傳到 Notion：檔案已不在這台電腦上。頁面改為連結到它。
warning-not_uploaded-large = 「{ $name }」沒有上傳到 Notion：檔案超過這個工作區可接受的 { $size } MB。頁面改為連結到它。
warning-corrections_unfit = 有些修改不適用於新的逐字稿。修改已保留，但沒有套用：請檢查逐字稿並重新修改。
warning-corrections_unfit-one = 您有一處修改不適用於新的逐字稿。修改已保留，但沒有套用：請檢查逐字稿並重新修改。
warning-corrections_unfit-many = 您有 { $count } 處修改不適用於新的逐字稿。修改已保留，但沒有套用：請檢查逐字稿並重新修改。
warning-recording_ends_early = 錄音中途中斷，之前的內容都已保留。如果原本的錄音更長，請重新複製並處理。
warning-recording_ends_early-of = 錄音在 { $end } 中斷（全長 { $length }），之前的內容都已保留。如果原本的錄音更長，請重新複製並處理。
warning-recording_ends_early-at = 錄音在 { $end } 中斷，之前的內容都已保留。如果原本的錄音更長，請重新複製並處理。
warning-recording_damaged = 錄音有部分損壞，無法讀取的部分沒有聲音。如果有另一份，請改用那一份處理。
warning-recording_damaged-parts = 錄音有部分損壞：共 { $lost } 秒無法讀取，那些部分沒有聲音。如果有另一份，請改用那一份處理。
warning-several_audio_tracks = 檔案有多條音軌，只使用了其中一條。如果少了某人的聲音，請把各音軌另存成檔案，再逐一處理。
warning-several_audio_tracks-one = 檔案有 { $count } 條音軌，只使用了第 { $used } 條。如果少了某人的聲音，請把各音軌另存成檔案，再逐一處理。
warning-rename_not_allowed = 無法重新命名錄音，因此保留原來的名稱。
warning-rename_not_allowed-gone = 「{ $seen }」保留原來的名稱：它已不在雲端硬碟，或不再與 { $email } 共用。
warning-rename_not_allowed-forbidden = 「{ $seen }」保留原來的名稱：{ $email } 沒有重新命名的權限。擁有者可以把它命名為「{ $name }」。
warning-renamed_meanwhile = 這段期間有人重新命名了錄音，因此保留那個名稱。
warning-renamed_meanwhile-to = 這段期間有人把錄音改名為「{ $name }」，因此保留那個名稱。

## Attachments
warning-attachment_unavailable = 有附件未能使用。{ attach-again }
warning-attachment_unavailable-folder = 附件「{ $name }」未使用：它是資料夾。{ attach-again }
warning-attachment_unavailable-device = 附件「{ $name }」未使用：它是裝置或管線，不是檔案。{ attach-again }
warning-attachment_unavailable-missing = 附件「{ $name }」未使用：沒有這個檔案。{ attach-again }
warning-attachment_unavailable-forbidden = 附件「{ $name }」未使用：系統不允許 Debrief 讀取它。{ attach-again }
warning-attachment_unavailable-disk = 附件「{ $name }」未使用：無法從磁碟讀取。{ attach-again }
warning-attachment_unavailable-drive = 附件「{ $name }」未使用。{ $what }{ attach-again }
warning-attachment_unreadable = 無法讀取附件。請改用可以讀取的檔案，{ attach-with }
warning-attachment_unreadable-people = 無法把「{ $name }」當作文字讀取，因此沒有從中認出任何人。請另存為文字檔或 CSV，{ attach-with }
warning-attachment_unreadable-password = 無法讀取附件「{ $name }」：它有密碼保護。請另存成沒有密碼的檔案，{ attach-with }
warning-attachment_unreadable-scan = 無法讀取附件「{ $name }」：它是掃描的圖片，沒有文字。請用掃描程式辨識文字，{ attach-with }
warning-attachment_unreadable-fonts = 無法讀取附件「{ $name }」：它的字型沒有說明畫的是哪些字。請從原來的程式重新存成 PDF，{ attach-with }
warning-attachment_unreadable-damaged = 無法讀取附件「{ $name }」：它已損壞或不完整。請從原來的地方重新取得，{ attach-with }
warning-attachment_unreadable-large = 無法讀取附件「{ $name }」：它有 { $size } MB，而 Debrief 最多讀取 { $most } MB。請取出重要的頁面，{ attach-with }
warning-attachment_unreadable-slow = 無法讀取附件「{ $name }」：讀取花了太久時間。請只把重要的頁面列印成新的 PDF，{ attach-with }
warning-attachment_unreadable-crashed = 無法讀取附件「{ $name }」：讀取 PDF 的程式中斷了。請列印成新的 PDF，{ attach-with }
warning-attachment_unreadable-missing = 無法讀取附件「{ $name }」：沒有這個檔案。請把它放回去，{ attach-with }
warning-attachment_unreadable-forbidden = 無法讀取附件「{ $name }」：系統不允許 Debrief 開啟它。請取得讀取的權限，{ attach-with }
warning-attachment_unreadable-no-file = 無法讀取附件「{ $name }」：它是資料夾、裝置或管線，不是檔案。請選擇 PDF，{ attach-with }
warning-attachment_unreadable-disk = 無法讀取附件「{ $name }」：磁碟無法提供它。請確認所在的磁碟或網路磁碟機已連接，{ attach-with }
warning-attachment_unreadable-no-pdf = 無法讀取附件「{ $name }」：它不是 PDF。請另存為 PDF，{ attach-with }

## Why another language model stood in
passed-key-missing = { $provider } 沒有金鑰
passed-key-refused = { $provider } 不接受金鑰
passed-credit = 您在 { $provider } 的帳戶餘額已用完
passed-quota = { $provider } 今天的用量上限已用完
passed-busy = { $provider } 忙碌
passed-fault = { $provider } 發生問題
passed-model-key = { $provider } 不讓這個金鑰使用模型「{ $model }」，或沒有這個模型
passed-model = { $provider } 沒有模型「{ $model }」
passed-address = { $provider } 不在設定的網址
passed-refused = { $provider } 的 { $model } 拒絕回答
passed-sent = { $provider } 拒絕了 Debrief 傳送的內容
passed-long = { $provider } 的 { $model } 無法讀取這麼長的文字
passed-unusable = { $provider } 的 { $model } 沒有給出可用的回答
passed-unreachable = 無法連線到 { $provider }
passed-broke-off = { $provider } 的回答中途斷掉了
passed-late = { $provider } 沒有及時回應
passed-local-only = 「僅限本機」已開啟，不會傳送任何內容到 { $host }
passed-cap = 使用 { $provider } 會超過本月的花費上限

## Services
note-openai-speech = OpenAI 將於 { $day } 停用 whisper-1 和 gpt-4o 的轉錄模型，而 gpt-transcribe 不提供時間：如果需要準確的時間，請改用其他服務，或您自己的伺服器。
note-gemini-speech = Gemini 只提供句子的時間，每個詞的時間是估計的。
note-gemini = 使用免費金鑰時，Google 可能會用收到的內容改進產品。
note-groq = 免費金鑰每分鐘可用的 token 很少，因此長的錄音需要較久。
note-compatible = 任何相容於 OpenAI 介面的伺服器：vLLM、OpenRouter、Mistral。網址結尾通常是 /v1。
note-ollama = 超出啟動時設定的內容長度（通常是 4096 個 token）的文字，Ollama 會直接截掉。請以 OLLAMA_CONTEXT_LENGTH=16384 或更大的值啟動，並在這裡填入相同的數字。
note-lm-studio = 請以 16384 或更大的內容長度載入模型，並在這裡填入相同的數字。
note-llama-cpp = 請以 -c 16384 或更大的值啟動 llama-server，並在這裡填入相同的數字。
answer-speech-key = { $service } 接受這個金鑰。錄音會傳送到 { $host }。
answer-speech = { $service } 有回應。錄音會傳送到 { $host }。
answer-notes-one = { $service } 提供 1 個模型。逐字稿會傳送到 { $host }。
answer-notes-count = { $service } 提供 { $count } 個模型。逐字稿會傳送到 { $host }。
answer-notes-model = { $service } 的 { $model } 有回應。逐字稿會傳送到 { $host }。
engine-sends = { $service }，音訊會傳送到 { $host }
provider-compatible = 相容於 OpenAI 的伺服器
host-here = { $host }（這台電腦）
estimate-unpriced = 所選的服務中，有一項價格不明。

## The window
notice-damaged = 工作資料庫曾經損壞，已保留為「{ $file }」，並重新建立了一個；您的頁面不受影響。
message-pending = 等待中
message-stopping = 正在停止
message-cancelled = 已取消
message-done = 已完成
template-large = 檔案有 { $size } 位元組，超過範本的上限 { $most } 位元組
template-name = 檔名不是 Unicode
template-unnamed = `name` 是空的
