/* Inner functions of tornado.websocket in C, by the stable ABI of CPython 3.11. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

PyDoc_STRVAR(websocket_mask_doc,
             "websocket_mask(mask, data, /)\n--\n\n"
             "Return data masked with a key of four bytes (RFC 6455 section 5.3).\n\n"
             "Masking twice gives the data back.\n\n"
             ":param mask: four bytes.\n"
             ":param data: any object with the buffer interface.\n"
             ":raises ValueError: the mask has another length.");

/* Write length bytes of source, masked, to target. Eight bytes are masked at once; memcpy lets the
   compiler load and store them wherever they lie, and it makes wider steps of the loop if it can. */
static void
mask_bytes(unsigned char *target, const unsigned char *source, size_t length,
           const unsigned char *key)
{
    uint64_t wide_key, word;
    size_t position = 0;

    memcpy(&wide_key, key, 4);
    memcpy((unsigned char *)&wide_key + 4, key, 4);
    for (; length - position >= 8; position += 8) {
        memcpy(&word, source + position, 8);
        word ^= wide_key;
        memcpy(target + position, &word, 8);
    }
    for (; position < length; position++) {
        target[position] = source[position] ^ key[position & 3];
    }
}

static PyObject *
websocket_mask(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer key, data;
    PyObject *result = NULL;

    if (!PyArg_ParseTuple(args, "y*y*:websocket_mask", &key, &data)) {
        return NULL;
    }
    if (key.len != 4) {
        PyErr_Format(PyExc_ValueError, "a mask has 4 bytes, not %zd", key.len);
    }
    else {
        result = PyBytes_FromStringAndSize(NULL, data.len);
        if (result != NULL) {
            mask_bytes((unsigned char *)PyBytes_AsString(result), data.buf, (size_t)data.len,
                       key.buf);
        }
    }
    PyBuffer_Release(&key);
    PyBuffer_Release(&data);
    return result;
}

static PyMethodDef methods[] = {
    {"websocket_mask", websocket_mask, METH_VARARGS, websocket_mask_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tornado.speedups._speedups",
    .m_doc = "Inner functions in C.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__speedups(void)
{
    return PyModuleDef_Init(&definition);
}
