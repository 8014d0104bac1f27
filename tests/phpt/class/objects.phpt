--TEST--
D109: clone, serialize, dynamic properties, reflection, comparing and dumping are safe
--EXTENSIONS--
chatroom
--FILE--
<?php
$chat = new Chatroom('ws://127.0.0.1:0/ws', ['log' => null]);
function attempt(string $what, callable $do): void
{
    try {
        $do();
        echo "$what: done\n";
    } catch (Throwable $e) {
        echo "$what: ", get_class($e), ': ', $e->getMessage(), "\n";
    }
}
attempt('clone', fn () => clone $chat);
attempt('serialize', fn () => serialize($chat));
attempt('unserialize', fn () => unserialize('O:8:"Chatroom":0:{}'));
attempt('property', function () use ($chat) { $chat->x = 1; });
foreach (['Chatroom', 'Chatroom\Client', 'Chatroom\Message', 'Chatroom\Request', 'Chatroom\ClientIterator'] as $class) {
    attempt("$class without constructor", fn () => (new ReflectionClass($class))->newInstanceWithoutConstructor());
    if ($class !== 'Chatroom') {
        attempt("new $class", fn () => new $class);
    }
}
attempt('new CloseCode', fn () => new Chatroom\CloseCode);
var_dump($chat, $chat == $chat, $chat == new Chatroom(options: ['log' => null]), count($chat), (array) $chat);
?>
--EXPECT--
clone: Error: Trying to clone an uncloneable object of class Chatroom
serialize: Exception: Serialization of 'Chatroom' is not allowed
unserialize: Exception: Unserialization of 'Chatroom' is not allowed
property: Error: Cannot create dynamic property Chatroom::$x
Chatroom without constructor: ReflectionException: Class Chatroom is an internal class marked as final that cannot be instantiated without invoking its constructor
Chatroom\Client without constructor: ReflectionException: Class Chatroom\Client is an internal class marked as final that cannot be instantiated without invoking its constructor
new Chatroom\Client: Error: Call to private Chatroom\Client::__construct() from global scope
Chatroom\Message without constructor: ReflectionException: Class Chatroom\Message is an internal class marked as final that cannot be instantiated without invoking its constructor
new Chatroom\Message: Error: Call to private Chatroom\Message::__construct() from global scope
Chatroom\Request without constructor: ReflectionException: Class Chatroom\Request is an internal class marked as final that cannot be instantiated without invoking its constructor
new Chatroom\Request: Error: Call to private Chatroom\Request::__construct() from global scope
Chatroom\ClientIterator without constructor: ReflectionException: Class Chatroom\ClientIterator is an internal class marked as final that cannot be instantiated without invoking its constructor
new Chatroom\ClientIterator: Error: Call to private Chatroom\ClientIterator::__construct() from global scope
new CloseCode: Error: Call to private Chatroom\CloseCode::__construct() from global scope
object(Chatroom)#1 (0) {
}
bool(true)
bool(true)
int(0)
array(0) {
}
