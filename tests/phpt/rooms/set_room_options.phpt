--TEST--
setRoomOptions(), setSlowMode(): ranges, types, the nearest key, which rule counts
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$wrong = [['historysize' => 1], ['presense' => true], ['post' => 'nobody'], ['post' => 1], ['presence' => 1], ['history_size' => -1], ['history_size' => 100001],
    ['history_size' => 1.5], ['history_ttl' => 0.5], ['history_ttl' => 31536001], ['history_ttl' => '1'], ['slow_mode' => -1], ['slow_mode' => 86401], ['slow_mode' => NAN],
    ['slow_mode' => true], [1], ['' => 1]];
foreach ($wrong as $options) {
    try {
        $chat->setRoomOptions('x', $options);
        echo "accepted\n";
    } catch (ValueError|TypeError $e) {
        echo get_class($e), ': ', $e->getMessage(), "\n";
    }
}
foreach ([-1, 86401, NAN, 0.0001] as $seconds) {
    try {
        $chat->setSlowMode('x', $seconds);
        echo "accepted\n";
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
}
foreach ([['history_size' => 0], ['history_size' => 100000], ['history_ttl' => 1], ['history_ttl' => 31536000], ['slow_mode' => 0], ['slow_mode' => 86400], ['post' => 'all'], []] as $options) {
    $chat->setRoomOptions('x', $options);
}
$two = 2;
var_dump($chat->setRoomOptions('*', ['history_size' => 1]) === $chat, $chat->setRoomOptions('ab*', ['history_size' => &$two]) === $chat);
$chat->setRoomOptions('abc', ['history_size' => 3])->setRoomOptions('a*', ['history_size' => 5]);
$chat->after(0.001, function () use ($chat): void {
    foreach (['z', 'abcd', 'abc', 'a', 'x'] as $room) {
        for ($i = 0; $i < 9; $i++) {
            $chat->sendToRoom($room, "$i");
        }
        echo "$room: ", count($chat->history($room)), "\n";
    }
    $chat->stop();
});
$chat->run();
?>
--EXPECT--
ValueError: unknown room option "historysize", did you mean "history_size"?
ValueError: unknown room option "presense", did you mean "presence"?
ValueError: room option "post" must be "all", "users" or "server"
TypeError: room option "post" must be of type string, int given
TypeError: room option "presence" must be of type bool, int given
ValueError: room option "history_size" must be between 0 and 100000
ValueError: room option "history_size" must be between 0 and 100000
TypeError: room option "history_size" must be of type int, float given
ValueError: room option "history_ttl" must be between 1 and 31536000
ValueError: room option "history_ttl" must be between 1 and 31536000
TypeError: room option "history_ttl" must be of type int or float, string given
ValueError: room option "slow_mode" must be between 0 and 86400
ValueError: room option "slow_mode" must be between 0 and 86400
ValueError: room option "slow_mode" must be between 0 and 86400
TypeError: room option "slow_mode" must be of type int or float, bool given
ValueError: Chatroom::setRoomOptions(): Argument #2 ($options) must have names as keys
ValueError: unknown room option "", did you mean "post"?
Chatroom::setSlowMode(): Argument #2 ($seconds) must be 0, or between 0.001 and 86400
Chatroom::setSlowMode(): Argument #2 ($seconds) must be 0, or between 0.001 and 86400
Chatroom::setSlowMode(): Argument #2 ($seconds) must be 0, or between 0.001 and 86400
Chatroom::setSlowMode(): Argument #2 ($seconds) must be 0, or between 0.001 and 86400
bool(true)
bool(true)
z: 1
abcd: 2
abc: 3
a: 5
x: 1
