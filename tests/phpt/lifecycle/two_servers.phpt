--TEST--
D98: another server is refused inside a callback of the first, and runs after it
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$second = new Chatroom(ANY_PORT, ['log' => null]);
$second->onStart(function () use ($second) { echo "the second runs\n"; $second->stop(); });
$first = new Chatroom(ANY_PORT, ['log' => null]);
$first->onStart(function () use ($first, $second) {
    try {
        $second->run();
    } catch (Chatroom\Exception $e) {
        echo $e->getMessage(), "\n";
    }
    $first->stop();
});
$first->run();
$second->run();
?>
--EXPECT--
another Chatroom is running in this process
the second runs
