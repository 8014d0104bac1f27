--TEST--
D111: the constructor refuses a second call
--EXTENSIONS--
chatroom
--FILE--
<?php
$chat = new Chatroom('ws://127.0.0.1:0/ws', ['log' => null]);
try {
    $chat->__construct('ws://127.0.0.1:0/other');
} catch (Error $e) {
    echo get_class($e), ': ', $e->getMessage(), "\n";
}
var_dump($chat->stats()['listen']);
?>
--EXPECT--
Error: Chatroom::__construct() cannot be called twice
array(1) {
  [0]=>
  string(19) "ws://127.0.0.1:0/ws"
}
