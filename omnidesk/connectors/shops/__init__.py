"""Shops: orders that stand beside the threads of those who placed them.

common        what all share: source ids, amounts, times         reading      how far orders were read, by their change
woocommerce   a WooCommerce shop (REST v3)                       woo_order    what one of its orders becomes
shopify       a Shopify shop (GraphQL)                           shopify_order
http_json     any source of JSON over HTTP                       mapping      which of its fields is what
order_files   a folder of CSV or JSON Lines
"""

from __future__ import annotations

from omnidesk.connectors.shops.http_json import HttpJson as HttpJson
from omnidesk.connectors.shops.order_files import OrderFiles as OrderFiles
from omnidesk.connectors.shops.shopify import Shopify as Shopify
from omnidesk.connectors.shops.woocommerce import WooCommerce as WooCommerce
