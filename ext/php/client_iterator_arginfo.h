/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 3133f993c6f8005dc9d04f9c0699ca469247158c */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Chatroom_ClientIterator___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Chatroom_ClientIterator_current, 0, 0, Chatroom\\Client, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_ClientIterator_key, 0, 0, IS_STRING, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_ClientIterator_next, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_ClientIterator_rewind arginfo_class_Chatroom_ClientIterator_next

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_ClientIterator_valid, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()


ZEND_METHOD(Chatroom_ClientIterator, __construct);
ZEND_METHOD(Chatroom_ClientIterator, current);
ZEND_METHOD(Chatroom_ClientIterator, key);
ZEND_METHOD(Chatroom_ClientIterator, next);
ZEND_METHOD(Chatroom_ClientIterator, rewind);
ZEND_METHOD(Chatroom_ClientIterator, valid);


static const zend_function_entry class_Chatroom_ClientIterator_methods[] = {
	ZEND_ME(Chatroom_ClientIterator, __construct, arginfo_class_Chatroom_ClientIterator___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Chatroom_ClientIterator, current, arginfo_class_Chatroom_ClientIterator_current, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_ClientIterator, key, arginfo_class_Chatroom_ClientIterator_key, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_ClientIterator, next, arginfo_class_Chatroom_ClientIterator_next, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_ClientIterator, rewind, arginfo_class_Chatroom_ClientIterator_rewind, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_ClientIterator, valid, arginfo_class_Chatroom_ClientIterator_valid, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom_ClientIterator(zend_class_entry *class_entry_Iterator)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Chatroom", "ClientIterator", class_Chatroom_ClientIterator_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;
	zend_class_implements(class_entry, 1, class_entry_Iterator);

	return class_entry;
}
