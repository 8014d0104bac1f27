--TEST--
Constructor and listen(): what is not an address is refused
--EXTENSIONS--
chatroom
--FILE--
<?php
$urls = ['', 'http://127.0.0.1/', 'ws://', 'ws://127.0.0.1:65536/', 'ws://127.0.0.1:x/', 'ws://[::1', 'ws://a b/',
    'ws://127.0.0.1/a?b', 'unix://relative', "ws://127.0.0.1/\n", "ws://127.0.0.1:0/\0"];
foreach ($urls as $url) {
    try {
        new Chatroom($url, ['log' => null]);
        echo "accepted: $url\n";
    } catch (ValueError $e) {
        echo addcslashes($url, "\0..\37"), ' => ', preg_match('/^Chatroom::__construct\(\): Argument #1 \(\$url\) must /', $e->getMessage())
            ? 'refused' : $e->getMessage(), "\n";
    }
}
$chat = new Chatroom('ws://127.0.0.1:0', ['log' => null]);
var_dump($chat->listen('ws://[::1]:8081/chat')->listen('unix:///tmp/x.sock?path=/c') === $chat);
try {
    $chat->listen('nonsense');
} catch (ValueError $e) {
    echo get_class($e), "\n";
}
print_r($chat->stats()['listen']);
?>
--EXPECT--
 => refused
http://127.0.0.1/ => refused
ws:// => refused
ws://127.0.0.1:65536/ => refused
ws://127.0.0.1:x/ => refused
ws://[::1 => refused
ws://a b/ => refused
ws://127.0.0.1/a?b => refused
unix://relative => refused
ws://127.0.0.1/\n => refused
ws://127.0.0.1:0/\000 => refused
bool(true)
ValueError
Array
(
    [0] => ws://127.0.0.1:0/ws
    [1] => ws://[::1]:8081/chat
    [2] => unix:///tmp/x.sock?path=/c
)
