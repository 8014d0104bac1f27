--TEST--
D90: a timer that throws is reported each time, and goes on
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onError(function (Throwable $e, ?Chatroom\Client $client) use ($chat, &$n) {
    echo $e->getMessage(), ' ', get_debug_type($client), "\n";
    if (++$n === 3) {
        $chat->stop();
    }
});
$chat->every(0.001, fn () => throw new Exception('tick'));
$chat->run();
echo "done\n";
?>
--EXPECT--
tick null
tick null
tick null
done
