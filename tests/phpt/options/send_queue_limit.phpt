--TEST--
Option send_queue_limit: who does not read is closed once more waits for it, and counts as a slow consumer; others are not
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('send_queue_limit', 0, 1023, 1073741825, -1, '1M', 2048.0, null);
foreach ([64 << 10, 64 << 20] as $limit) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'send_queue_limit' => $limit]);
    $chat->addFilter(function ($text, $client) use ($chat) {
        $slow = $chat->client($text);
        for ($i = 0; $i < 400 && $slow->isOpen(); $i++) {
            $slow->send(str_pad("$i ", 60000, 'x')); // 24 MB: more than any socket buffers
        }
        $client->sendRaw($slow->isOpen() ? 'all queued' : 'closed');
        return false;
    });
    $chat->onOpen(fn ($client) => $client->sendRaw($client->uid));
    $chat->onClose(function ($client, $code, $reason) {
        if ($code === 4101) {
            echo "$code $reason\n";
        }
    });
    counting($chat, <<<'PHP'
    [$slow, $fast] = [connect(), connect()];
    $slow->read();
    $uid = $slow->raw;
    $fast->read();
    show($fast->say($uid)->read());
    for ($n = 0; str_starts_with($line = $slow->read(), '{"message":"' . $n . ' '); $n++) {
        if ($n === 399) {
            break;
        }
    }
    show($n === 399 ? 'has read all' : 'has read a part', counters());
    PHP);
}
?>
--EXPECT--
option "send_queue_limit" must be between 1024 and 1073741824
option "send_queue_limit" must be of type int, string given
option "send_queue_limit" must be of type int, float given
option "send_queue_limit" must be of type int, null given
4101 slow consumer
-- clients --
closed
has read a part
{"slow_consumers":1}
-- clients --
all queued
has read all
{}
