--TEST--
D108: what callbacks return where nothing is asked does no harm
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$huge = fn () => array_fill(0, 100000, str_repeat('x', 10));
foreach (['onStart', 'onOpen', 'onText', 'onClose', 'onStop', 'onError'] as $setter) {
    $chat->$setter($huge);
}
$chat->onBinary(fn () => throw new Exception('for onError'));
$chat->after(0.001, $huge);
clients($chat, <<<'PHP'
show(connect()->text('x')->binary('y')->close());
PHP);
$chat->run();
echo "done\n";
?>
--EXPECT--
done
-- clients --
close 1000
