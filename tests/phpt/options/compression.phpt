--TEST--
Options: compression is a bool or an array of known keys, each with its type and its range
--EXTENSIONS--
chatroom
--FILE--
<?php
function attempt(mixed $value): string
{
    try {
        new Chatroom(options: ['compression' => $value, 'log' => null]);
        return 'ok';
    } catch (ValueError | TypeError $e) {
        return get_class($e) . ': ' . $e->getMessage();
    }
}
$ranges = ['level' => [1, 9], 'threshold' => [0, 67108864], 'memory' => [1, 9], 'client_window_bits' => [9, 15]];
foreach ([false, true, [], ['client_takeover' => false], ['client_takeover' => true, 'level' => 9]] as $good) {
    echo attempt($good), "\n";
}
foreach ($ranges as $key => [$least, $most]) {
    foreach ([$least, $most] as $value) {
        echo attempt([$key => $value]) === 'ok' ? '' : "$key refuses $value\n";
    }
    foreach ([$least - 1, $most + 1, PHP_INT_MIN, PHP_INT_MAX] as $value) {
        echo str_contains($message = attempt([$key => $value]), 'must be') ? '' : "$key accepts $value\n";
    }
    echo $message, "\n", attempt([$key => '9']), "\n", attempt([$key => null]), "\n";
}
foreach ([null, 1, 'yes', 1.5, new stdClass] as $wrong) {
    echo attempt($wrong), "\n";
}
foreach ([['levels' => 1], [6], ['level' => 6, 'Treshold' => 5], ['client_takeover' => 1]] as $wrong) {
    echo attempt($wrong), "\n";
}
$level = 5;
$options = ['level' => &$level];
echo attempt($options), "\n";
echo attempt(['level' => 5.0]), "\n";
?>
--EXPECT--
ok
ok
ok
ok
ok
ValueError: compression key "level" must be between 1 and 9
TypeError: compression key "level" must be of type int, string given
TypeError: compression key "level" must be of type int, null given
ValueError: compression key "threshold" must be between 0 and 67108864
TypeError: compression key "threshold" must be of type int, string given
TypeError: compression key "threshold" must be of type int, null given
ValueError: compression key "memory" must be between 1 and 9
TypeError: compression key "memory" must be of type int, string given
TypeError: compression key "memory" must be of type int, null given
ValueError: compression key "client_window_bits" must be between 9 and 15
TypeError: compression key "client_window_bits" must be of type int, string given
TypeError: compression key "client_window_bits" must be of type int, null given
TypeError: option "compression" must be of type bool or array, null given
TypeError: option "compression" must be of type bool or array, int given
TypeError: option "compression" must be of type bool or array, string given
TypeError: option "compression" must be of type bool or array, float given
TypeError: option "compression" must be of type bool or array, stdClass given
ValueError: unknown compression key "levels", did you mean "level"?
ValueError: unknown compression key 0, keys have names
ValueError: unknown compression key "Treshold", did you mean "threshold"?
TypeError: compression key "client_takeover" must be of type bool, int given
ok
TypeError: compression key "level" must be of type int, float given
