--TEST--
history_memory: over all rooms, what was said in the room that is empty for longest goes first, oldest first; edits count too
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'history_memory' => 1048576]);
function kept(Chatroom $chat): string
{
    $rooms = [];
    foreach (['a', 'b', 'c', 'd'] as $room) {
        $seqs = array_column($chat->history($room, 200), 'seq');
        $rooms[] = $seqs ? "$room $seqs[0]-" . end($seqs) : "$room none";
        if ($seqs !== ($seqs ? range($seqs[0], end($seqs)) : [])) {
            $rooms[] = 'with a hole';
        }
    }
    $stats = $chat->stats();
    return implode(', ', $rooms) . "; $stats[history_bytes] bytes, $stats[history_evicted] gone\n";
}
function say(Chatroom $chat, string $room, int $times): void
{
    for ($i = 0; $i < $times; $i++) {
        $chat->sendToRoom($room, str_repeat('x', 16384)); // 63 of these fit, 31 of them into a room
    }
}
$chat->after(0.001, function () use ($chat): void {
    say($chat, 'a', 20);
    say($chat, 'b', 20);
    say($chat, 'c', 40);
    echo kept($chat);
    say($chat, 'd', 1);
    echo kept($chat);
    $chat->editMessage('d', 1, str_repeat('y', 30000));
    echo kept($chat);
    $chat->editMessage('d', 1, '');
    say($chat, 'd', 1);
    say($chat, 'a', 1);
    echo kept($chat);
    say($chat, 'd', 4);
    echo kept($chat);
    $chat->stop();
});
$chat->run();
$chat->after(0.001, function () use ($chat): void {
    echo kept($chat);
    $chat->stop();
});
$chat->run();
?>
--EXPECT--
a 9-20, b 1-20, c 10-40, d none; 1039752 bytes, 8 gone
a 10-20, b 1-20, c 10-40, d 1-1; 1039752 bytes, 9 gone
a 11-20, b 1-20, c 10-40, d 1-1; 1036864 bytes, 10 gone
a 11-21, b 1-20, c 10-40, d 1-2; 1039872 bytes, 10 gone
a 11-21, b 5-20, c 10-40, d 1-6; 1039872 bytes, 14 gone
a 11-21, b 5-20, c 10-40, d 1-6; 1039872 bytes, 0 gone
