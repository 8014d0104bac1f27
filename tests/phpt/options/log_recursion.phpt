--TEST--
The log: a line that is written because of the callable itself is left out
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['callback_warn_ms' => 1, 'log' => function (string $level) {
    echo "[$level]\n";
    throw new LogicException('from the log');
}]);
$chat->onError(function (Throwable $e) { echo $e->getMessage(), "\n"; usleep(20000); });
$chat->after(0.001, fn () => $chat->stop());
$chat->run();
?>
--EXPECT--
[info]
from the log
