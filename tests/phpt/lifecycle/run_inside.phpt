--TEST--
D98: run() inside a callback is refused, and so is listen()
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onStart(function () use ($chat) {
    foreach ([fn () => $chat->run(), fn () => $chat->listen(ANY_PORT)] as $wrong) {
        try {
            $wrong();
        } catch (Chatroom\Exception $e) {
            echo $e->getMessage(), "\n";
        }
    }
    $chat->stop();
});
$chat->run();
echo "done\n";
?>
--EXPECT--
Chatroom::run() is already running
an address cannot be added while running
done
