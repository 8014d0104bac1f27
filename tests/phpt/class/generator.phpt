--TEST--
Setters: a generator function is refused, and what is not callable
--EXTENSIONS--
chatroom
--FILE--
<?php
$chat = new Chatroom('ws://127.0.0.1:0/ws', ['log' => null]);
$setters = ['addFilter', 'onHandshake', 'onOpen', 'onMessage', 'onText', 'onBinary', 'onClose', 'onRequest', 'onError',
    'onStart', 'onStop'];
foreach ($setters as $setter) {
    try {
        $chat->$setter(function () { yield 1; });
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
    try {
        $chat->$setter('no_such_function');
    } catch (TypeError $e) {
        echo $e->getMessage(), "\n";
    }
    if ($setter !== 'addFilter' && ($chat->$setter('strlen') !== $chat || $chat->$setter(null) !== $chat)) {
        echo "$setter is not fluent\n";
    }
}
try {
    $chat->every(1, function () { yield 1; });
} catch (ValueError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECTF--
Chatroom::addFilter(): Argument #1 ($filter) must not be a generator function: its body would never run
Chatroom::addFilter(): Argument #1 ($filter) must be a valid callback, function "no_such_function" not found or invalid function name
Chatroom::onHandshake(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onHandshake(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onOpen(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onOpen(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onMessage(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onMessage(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onText(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onText(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onBinary(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onBinary(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onClose(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onClose(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onRequest(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onRequest(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onError(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onError(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onStart(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onStart(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::onStop(): Argument #1 ($callback) must not be a generator function: its body would never run
Chatroom::onStop(): Argument #1 ($callback) must be a valid callback or null, function "no_such_function" not found or invalid function name
Chatroom::every(): Argument #2 ($callback) must not be a generator function: its body would never run
