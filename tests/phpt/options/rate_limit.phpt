--TEST--
Option rate_limit: a basic client over it is read later and loses nothing, one of chatroom.v1 is told, and each time counts
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/limits.inc';
refused_values('rate_limit', [], [1, 1], [1, 1, 1, 1], ['messages' => 1, 'seconds' => 1, 'burst' => 1], [0, 1, 1], [1000001, 1, 1],
    [1, 0.0001, 1], [1, 3601, 1], [1, 1, 0], [1, 1, 1000001], ['1', 1, 1], [1, 1, 1.5], false, 20);
counting(new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => [1, 1, 2]]), <<<'PHP'
[$a, $b] = [connect(), connect()];
$start = microtime(true);
$a->together(fn ($ws) => $ws->say('one'), fn ($ws) => $ws->say('two'), fn ($ws) => $ws->say('three'));
show($b->hear(), $b->hear(), microtime(true) - $start < 1, $b->hear(), microtime(true) - $start >= 0.9);
until_counters('{"rate_limited":2}'); // after the second and after the third: none was left
$v1 = v1('{"type":"hello","join":["lobby"]}');
$v1->read();
$v1->together(...array_map(fn ($id) => fn ($ws) => $ws->text('{"message":"x","id":' . $id . '}'), [1, 2, 3]));
show(...array_map(fn () => preg_replace('/"retry":[0-9.]+/', 'LATER', $v1->read()), [1, 2, 3])); // hello took one
show(counters());
PHP);

counting(new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null]), <<<'PHP'
[$a, $b] = [connect(), connect()];
$a->together(...array_fill(0, 500, fn ($ws) => $ws->say('x')));
show(array_count_values(array_map(fn () => $b->hear(), range(1, 500))), counters());
PHP);
?>
--EXPECT--
option "rate_limit" must be [messages, seconds, burst]
option "rate_limit: messages" must be between 1 and 1000000
option "rate_limit: seconds" must be between 0.001 and 3600
option "rate_limit: burst" must be between 1 and 1000000
option "rate_limit: messages" must be of type int, string given
option "rate_limit: burst" must be of type int, float given
option "rate_limit" must be of type array or null, bool given
option "rate_limit" must be of type array or null, int given
-- clients --
one
two
true
three
true
{"rate_limited":2}
{"type":"error","id":2,"code":"rate_limited","reason":"too many messages",LATER}
{"type":"error","id":3,"code":"rate_limited","reason":"too many messages",LATER}
{"type":"ack","id":1,"room":"lobby","seq":4,"time":NOW}
{"rate_limited":4}
-- clients --
array (
  'x' => 500,
)
{}
