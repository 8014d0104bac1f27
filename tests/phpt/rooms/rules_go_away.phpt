--TEST--
setRoomOptions() with null or [] and setSlowMode(0): the rule goes away; there are at most 10000
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$kept = function (string $room) use ($chat): int {
    for ($i = 0; $i < 9; $i++) {
        $chat->sendToRoom($room, "$i");
    }
    return count($chat->history($room));
};
$chat->after(0.001, function () use ($chat, $kept): void {
    $chat->setRoomOptions('a*', ['history_size' => 1])->setRoomOptions('ab*', ['history_size' => 2])->setRoomOptions('abc', ['history_size' => 3]);
    echo $kept('abc'), ' ';
    var_dump($chat->setRoomOptions('abc', null) === $chat);
    echo $kept('abc'), ' ';
    $chat->setRoomOptions('ab*', []);
    echo $kept('abc'), ' ';
    $chat->setSlowMode('abc', 5);
    $chat->setSlowMode('abc', 0);
    echo $kept('abc'), ' ';
    $chat->setRoomOptions('a*', ['history_size' => 4]);
    echo $kept('abc'), " (no rule was left behind)\n";
    $chat->setRoomOptions('abc', ['history_size' => 3]);
    $chat->setSlowMode('abc', 5);
    $chat->setSlowMode('abc', 0);
    echo $kept('abc'), " (the room's other options stay)\n";
    $chat->setRoomOptions('never', null)->setRoomOptions('abc', null)->setRoomOptions('a*', null);
    for ($i = 0; $i < 10000; $i++) {
        $chat->setRoomOptions("r$i", ['history_size' => 1]);
        $chat->setSlowMode("s$i", 0);
    }
    $chat->setRoomOptions('r9999', ['history_size' => 2]);
    foreach ([fn () => $chat->setRoomOptions('more', ['history_size' => 1]), fn () => $chat->setSlowMode('more', 1)] as $add) {
        try {
            $add();
            echo "accepted\n";
        } catch (Chatroom\Exception $e) {
            echo $e->getMessage(), "\n";
        }
    }
    $chat->setRoomOptions('r5', null)->setRoomOptions('more', ['history_size' => 1]);
    echo $kept('more'), $kept('r5'), $kept('r9999'), "\n";
    try {
        $chat->setRoomOptions('', null);
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
    $chat->stop();
});
$chat->run();
?>
--EXPECT--
3 bool(true)
2 1 1 4 (no rule was left behind)
3 (the room's other options stay)
too many rooms have options of their own
too many rooms have options of their own
192
Chatroom::setRoomOptions(): Argument #1 ($room) must be 1 to 255 bytes of UTF-8 without control characters
